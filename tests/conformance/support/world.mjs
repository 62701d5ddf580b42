// A folder of its own for a test, the emulator on a free port, and the shipped program.
//
// The binary is $OVERNIGHT. Nothing waits for time to pass: the emulator's clock is put forward (`advance`), and what is
// started is stopped when the test is over.
import assert from 'node:assert/strict';
import {File} from 'node:buffer';
import {spawn} from 'node:child_process';
import {mkdtempSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';

const program = process.env.OVERNIGHT ?? 'overnight';
export const key = 'sk-CANARY-0123456789abcdef';
// Variables of the surroundings that would change what the program or an SDK does.
const foreign = /^(OPENAI_|GEMINI_|GOOGLE_|ANTHROPIC_|XDG_|STATE_|CREDENTIALS_|HTTPS?_PROXY|ALL_PROXY|https?_proxy|all_proxy)/;
for (const name of Object.keys(process.env)) if (foreign.test(name)) delete process.env[name];
globalThis.File ??= File;  // which OpenAI's SDK looks for there, and Node 18 does not have

/** A folder that is removed after the test. */
export function folderFor(t) {
    const folder = mkdtempSync(path.join(process.env.OVERNIGHT_TEST_TMP ?? tmpdir(), 'overnight-conformance-'));
    t.after(() => rmSync(folder, {recursive: true, force: true}));
    return folder;
}

/** The end of a child process: its exit code, or the signal's name. */
function ended(child) {
    return new Promise(resolve => child.once('close', (code, signal) => resolve(signal ?? code)));
}

export class Emulator {
    /** Starts `overnight emulator`; it lives as long as `t`. Time stands almost still unless `advance` moves it. */
    static async start(t, {speed = 0.001, faults = []} = {}) {
        const folder = path.join(folderFor(t), 'emulator');
        mkdirSync(folder);
        const script = path.join(folder, 'faults.json');
        writeFileSync(script, JSON.stringify(faults));
        const child = spawn(program, ['emulator', '--listen', '127.0.0.1:0', '--speed', String(speed), '--faults', script,
                                      '--ledger', path.join(folder, 'ledger.jsonl'), '--state', path.join(folder, 'state')],
                            {stdio: ['ignore', 'pipe', 'inherit']});
        const end = ended(child);
        t.after(async () => {
            child.kill();
            await end;
        });
        for await (const line of createInterface({input: child.stdout})) {
            const url = /listening on (http:\/\/\S+)/.exec(line)?.[1];
            if (url) return new Emulator(url);
        }
        throw new Error(`the emulator did not start: ${await end}`);
    }

    constructor(url) {
        this.url = url;
    }

    async control(name, body) {
        const reply = await fetch(`${this.url}/_ctl/${name}`,
                                  body === undefined ? {} : {method: 'POST', body: JSON.stringify(body)});
        assert.equal(reply.status, 200, await reply.clone().text());
        return reply;
    }

    /** Puts the clock forward; batches move as far as that takes them. */
    async advance(seconds) {
        await this.control('advance', {seconds});
    }

    /**
     * Puts the clock forward, again and again, until `done` is true of what `look` gives, and gives that. Lines run in
     * threads of their own, so one jump may come before them. With 0 seconds it only waits for the threads.
     */
    async until(look, done, seconds = 10) {
        const limit = performance.now() + 20_000;
        for (;;) {
            if (seconds > 0) await this.advance(seconds);
            const seen = await look();
            if (done(seen)) return seen;
            assert.ok(performance.now() < limit, `never: ${JSON.stringify(seen)}`);
        }
    }

    /** Replaces the fault script. */
    async faults(rules) {
        await this.control('faults', rules);
    }

    /** The lines of the ledger, of one kind or all. */
    async events(kind) {
        const text = await (await this.control('ledger')).text();
        const all = text.split('\n').filter(line => line !== '').map(line => JSON.parse(line));
        return kind === undefined ? all : all.filter(event => event.event === kind);
    }
}

/** The program with a state directory and a configuration of its own, whose one account is at `baseUrl`. */
export class Program {
    constructor(t, kind, baseUrl, {keyVariable, settings = ''}) {
        this.folder = folderFor(t);
        this.environment = {...process.env, OVERNIGHT_ANY_FILESYSTEM: '1', HOME: this.folder, LC_ALL: 'C.UTF-8',
                            [keyVariable]: key};
        this.write('config.toml', `[provider.${kind}]\nbase_url = "${baseUrl}"\npoll = "100ms"\nlist_lag = "1s"\n` +
                                  `settle = "2s"\n${settings}`);
    }

    write(name, text) {
        writeFileSync(path.join(this.folder, name), text);
    }

    /** Runs a command to its end; the exit code must be `expect`, unless that is null. Gives standard output. */
    async run(command, ...rest) {
        const {expect = 0} = typeof rest.at(-1) === 'object' ? rest.pop() : {};
        const child = spawn(program, [command, ...rest, '--state', path.join(this.folder, 'state'), '--config',
                                      path.join(this.folder, 'config.toml')],
                            {cwd: this.folder, env: this.environment, stdio: ['ignore', 'pipe', 'pipe']});
        let out = '';
        let errors = '';
        child.stdout.setEncoding('utf8').on('data', text => (out += text));
        child.stderr.setEncoding('utf8').on('data', text => (errors += text));
        const code = await ended(child);
        if (expect !== null) assert.equal(code, expect, `overnight ${command}: ${code}\n${out}\n${errors}`);
        return out;
    }
}

/** What `call` throws; it must throw. */
export async function failure(call) {
    try {
        await call();
    } catch (error) {
        return error;
    }
    return assert.fail('no error was thrown');
}

/** Everything that an asynchronous iteration gives. */
export async function all(iterable) {
    const items = [];
    for await (const item of await iterable) items.push(item);
    return items;
}

/** JSONL as values; a blank line at the end is no value. */
export function lines(text) {
    return text.split('\n').filter(line => line !== '').map(line => JSON.parse(line));
}
