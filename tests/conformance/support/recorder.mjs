// A proxy on loopback that notes the requests that pass, and the comparison of two of them.
import http from 'node:http';
import {isDeepStrictEqual} from 'node:util';

// Headers that say what is wanted or who asks; the others belong to the transport or name the client.
const meaningful = new RegExp('^(accept|authorization|content-type|content-encoding|transfer-encoding|idempotency-key|x-api-key|' +
                              'anthropic-.*|openai-.*|x-goog-api-key|x-goog-upload-.*)$');

export class Recorder {
    /** Listens on a free port, and passes what it gets to `target`; it lives as long as `t`. */
    static async start(t, target) {
        const recorder = new Recorder(new URL(target));
        const server = http.createServer((request, reply) => recorder.#pass(request, reply));
        await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
        t.after(() => {
            const closed = new Promise(resolve => server.close(resolve));
            server.closeAllConnections();
            return closed;
        });
        recorder.url = `http://127.0.0.1:${server.address().port}`;
        return recorder;
    }

    #target;
    requests = [];

    constructor(target) {
        this.#target = target;
    }

    async #pass(request, reply) {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const body = Buffer.concat(chunks);
        const noted = note(request, body);
        this.requests.push(noted);
        const headers = {...request.headers, connection: 'close'};
        delete headers['transfer-encoding'];
        if (body.length > 0 || request.method === 'POST') headers['content-length'] = body.length;
        // The Host is kept: addresses that the emulator hands out lead back here.
        const onward = http.request({host: this.#target.hostname, port: this.#target.port, method: request.method,
                                     path: request.url, headers}, answer => {
            noted.status = answer.statusCode;
            reply.writeHead(answer.statusCode, answer.rawHeaders.filter((_, i, raw) => !/^connection$/i.test(raw[i & ~1])));
            answer.pipe(reply);
        });
        onward.on('error', () => reply.destroy());
        onward.end(body);
    }

    /** The requests so far with that method, whose path matches. */
    find(method, pattern) {
        return this.requests.filter(request => request.method === method && pattern.test(request.path));
    }
}

function note(request, body) {
    const url = new URL(request.url, 'http://here');
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => meaningful.test(name)));
    if (headers.accept === '*/*') delete headers.accept;  // which is what no header means
    return {method: request.method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers,
            body: bodyOf(headers, body)};
}

/** JSON as a value; a form as its fields, each with its file name, type and text; else text. The form's boundary goes. */
function bodyOf(headers, body) {
    const type = headers['content-type'] ?? '';
    if (body.length === 0) return null;
    const boundary = /^multipart\/form-data;\s*boundary="?([^";]+)"?$/.exec(type)?.[1];
    if (boundary !== undefined) {
        headers['content-type'] = 'multipart/form-data';
        return formOf(body.toString(), boundary);
    }
    const text = body.toString();
    try {
        if (/^application\/json\b/.test(type)) return JSON.parse(text);
    } catch {
        // JSONL under a name that is not its own.
    }
    return text;
}

function formOf(text, boundary) {
    const fields = {};
    for (const part of text.split(`--${boundary}`).slice(1, -1)) {
        const middle = part.indexOf('\r\n\r\n');
        const head = part.slice(2, middle);
        const [name] = /(?<=name=")[^"]*/.exec(head.replace(/filename=/, 'FILE=')) ?? [];
        const [filename] = /(?<=filename=")[^"]*/.exec(head) ?? [];
        const [type] = /(?<=content-type: ).*/i.exec(head) ?? [];
        fields[name] = {...(filename && {filename}), ...(type && {type}), text: part.slice(middle + 4, -2)};
    }
    return {order: Object.keys(fields), fields};
}

/**
 * What is not the same in two requests, as `where: theirs | ours`, where "ours" is the program's. Texts that are long are
 * cut. Names that `ids` maps (theirs -> ours) count as the same.
 */
export function differences(theirs, ours, ids = {}) {
    const found = [];
    compare('', plain(theirs, ids), plain(ours, {}), found);
    return found;
}

function plain({method, path, query, headers, body}, ids) {
    let text = JSON.stringify({method, path, query, header: headers, body});
    for (const [from, to] of Object.entries(ids)) text = text.replaceAll(from, to);
    return JSON.parse(text);
}

const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);

function compare(where, theirs, ours, found) {
    if (isDeepStrictEqual(theirs, ours)) return;
    if (isObject(theirs) && isObject(ours)) {
        for (const name of [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].sort())
            compare(where === '' ? name : `${where}.${name}`, theirs[name], ours[name], found);
        return;
    }
    found.push(`${where}: ${shown(theirs)} | ${shown(ours)}`);
}

function shown(value) {
    if (value === undefined) return 'none';
    const text = JSON.stringify(value);
    return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
