// Google's SDK (@google/genai) against the emulator: what its documentation shows, and the errors that it raises.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {ApiError, GoogleGenAI} from '@google/genai';
import {all, Emulator, failure, folderFor, key, lines} from './support/world.mjs';

const model = 'gemini-2.5-flash';
const timeout = {timeout: 50_000};
const over = ['JOB_STATE_SUCCEEDED', 'JOB_STATE_FAILED', 'JOB_STATE_CANCELLED', 'JOB_STATE_EXPIRED'];

async function start(t, options) {
    const emulator = await Emulator.start(t, options);
    return {emulator, ai: new GoogleGenAI({apiKey: key, httpOptions: {baseUrl: emulator.url}})};
}

function line(lineKey, text) {
    return JSON.stringify({key: lineKey, request: {contents: [{role: 'user', parts: [{text}]}]}});
}

function upload(ai, text, config = {}) {
    return ai.files.upload({file: new Blob([text]), config: {mimeType: 'application/jsonl', ...config}});
}

function ended(emulator, ai, name) {
    return emulator.until(() => ai.batches.get({name}), job => over.includes(job.state));
}

async function download(t, ai, name) {
    const downloadPath = path.join(folderFor(t), 'results.jsonl');
    await ai.files.download({file: name, downloadPath});
    return readFileSync(downloadPath, 'utf8');
}

/** The envelope that the service sent, which the SDK puts into its error's message. */
function envelope(error) {
    assert.ok(error instanceof ApiError, String(error));
    return JSON.parse(error.message).error;
}

test('files: resumable upload, get, list with paging, delete', timeout, async t => {
    const {emulator, ai} = await start(t);
    const text = `${line('a', 'one')}\n`;
    const file = await upload(ai, text, {displayName: 'in.jsonl', name: 'files/my-input'});
    assert.equal(file.name, 'files/my-input');
    assert.equal(file.displayName, 'in.jsonl');
    assert.equal(file.mimeType, 'application/jsonl');
    assert.equal(file.sizeBytes, String(text.length), 'an int64 is a string');
    assert.equal(file.state, 'ACTIVE');
    assert.equal(file.source, 'UPLOADED');
    assert.match(file.uri, /\/v1beta\/files\/my-input$/);
    assert.equal(Date.parse(file.expirationTime) - Date.parse(file.createTime), 48 * 3600 * 1000);
    const got = await ai.files.get({name: file.name});
    for (const member of Object.keys(file)) if (member !== 'sdkHttpResponse') assert.deepEqual(got[member], file[member], member);

    const names = [file.name];
    for (let i = 0; i < 4; ++i) {
        await emulator.advance(1);
        names.unshift((await upload(ai, text)).name);
    }
    assert.match(names[0], /^files\/[a-z0-9-]{1,40}$/);
    const page = await ai.files.list({config: {pageSize: 2}});
    assert.deepEqual(page.page.map(one => one.name), names.slice(0, 2));
    assert.deepEqual((await all(ai.files.list({config: {pageSize: 2}}))).map(one => one.name), names);

    await ai.files.delete({name: file.name});
    const error = envelope(await failure(() => ai.files.get({name: file.name})));
    assert.ok([403, 404].includes(error.code), 'a file that cannot be seen');
    assert.equal(envelope(await failure(() => upload(ai, text, {name: names[0]}))).code, 409);
});

test('files: an upload of more than one chunk', timeout, async t => {
    const {emulator, ai} = await start(t);
    // The SDK's chunks are of 8 MiB: two whole ones and a rest.
    const text = `${line('a', 'x'.repeat(1023))}\n`.repeat(17 * 1024).slice(0, 17 * 1024 * 1024 - 5);
    const file = await upload(ai, text);
    assert.equal(file.sizeBytes, String(text.length));
    assert.equal(file.state, 'ACTIVE');
    // Base64 of the digest in hexadecimal, as the service was seen to send it.
    assert.equal(Buffer.from(file.sha256Hash, 'base64').toString(), createHash('sha256').update(text).digest('hex'));
    const chunks = (await emulator.events('request')).filter(one => one.path.startsWith('/upload/v1beta/sessions/'));
    assert.equal(chunks.length, 3);
});

test('a batch over a file: create, poll, download of the results', timeout, async t => {
    const {emulator, ai} = await start(t, {faults: [{fault: 'poison', contains: 'too long'}]});
    const file = await upload(ai, [line('a', 'one'), line('b', 'this is too long'), line('c', 'three')].join('\n') + '\n');
    const job = await ai.batches.create({model, src: file.name, config: {displayName: 'topics'}});
    assert.match(job.name, /^batches\/[a-z0-9]+$/);
    assert.equal(job.displayName, 'topics');
    assert.equal(job.state, 'JOB_STATE_PENDING');
    assert.equal(job.model, `models/${model}`);
    assert.ok(Date.parse(job.createTime) > 0 && Date.parse(job.updateTime) >= Date.parse(job.createTime));
    assert.equal(job.dest, undefined);

    await emulator.advance(1.5);
    await emulator.until(() => ai.batches.get({name: job.name}), one => one.state === 'JOB_STATE_RUNNING', 0);

    const done = await ended(emulator, ai, job.name);
    assert.equal(done.state, 'JOB_STATE_SUCCEEDED', 'although a line failed');
    assert.ok(Date.parse(done.endTime) >= Date.parse(done.createTime));
    assert.match(done.dest.fileName, /^files\/batch-/);
    const results = lines(await download(t, ai, done.dest.fileName));
    assert.deepEqual(results.map(one => one.key).sort(), ['a', 'b', 'c']);
    for (const one of results) {
        if (one.key === 'b') {
            assert.equal(typeof one.error.code, 'number');
            assert.ok(one.error.message.length > 0);
        } else {
            assert.equal(one.response.candidates[0].finishReason, 'STOP');
            assert.equal(one.response.usageMetadata.totalTokenCount,
                         one.response.usageMetadata.promptTokenCount + one.response.usageMetadata.candidatesTokenCount);
        }
    }
});

test('a batch of inline requests', timeout, async t => {
    const {emulator, ai} = await start(t);
    const requests = ['one', 'two'].map((text, i) => ({
        contents: [{role: 'user', parts: [{text}]}], metadata: {key: `k${i}`},
        config: {systemInstruction: 'Be short.', temperature: 0.5, maxOutputTokens: 100, responseMimeType: 'application/json',
                 responseJsonSchema: {type: 'object', properties: {n: {type: 'integer'}}, required: ['n']}}}));
    const job = await ai.batches.create({model, src: requests, config: {displayName: 'inline'}});
    assert.equal(job.state, 'JOB_STATE_PENDING');
    const done = await ended(emulator, ai, job.name);
    assert.equal(done.state, 'JOB_STATE_SUCCEEDED');
    assert.deepEqual(done.dest.inlinedResponses.map(one => one.metadata.key), ['k0', 'k1']);
    for (const {response} of done.dest.inlinedResponses)
        assert.ok(Number.isInteger(JSON.parse(response.candidates[0].content.parts[0].text).n));
});

test('batches of embeddings, from a file and inline', timeout, async t => {
    const {emulator, ai} = await start(t);
    t.mock.method(console, 'warn', () => {});  // the SDK says that this is experimental
    const request = text => JSON.stringify({key: text, request: {output_dimensionality: 8, content: {parts: [{text}]}}});
    const file = await upload(ai, `${request('one')}\n${request('two')}\n`);
    const job = await ai.batches.createEmbeddings({model: 'gemini-embedding-001', src: {fileName: file.name},
                                                   config: {displayName: 'vectors'}});
    const done = await ended(emulator, ai, job.name);
    assert.equal(done.state, 'JOB_STATE_SUCCEEDED');
    const results = lines(await download(t, ai, done.dest.fileName));
    assert.deepEqual(results.map(one => [one.key, one.response.embedding.values.length]), [['one', 8], ['two', 8]]);
    assert.equal(typeof results[0].response.tokenCount, 'string');

    const inline = await ai.batches.createEmbeddings({
        model: 'gemini-embedding-001',
        src: {inlinedRequests: {contents: ['one', 'two'], config: {outputDimensionality: 8, taskType: 'CLUSTERING'}}}});
    const end = await ended(emulator, ai, inline.name);
    assert.deepEqual(end.dest.inlinedEmbedContentResponses.map(one => one.response.embedding.values.length), [8, 8]);
});

test('batches: list with paging, cancel, delete', timeout, async t => {
    const {emulator, ai} = await start(t);
    const file = await upload(ai, `${line('a', 'one')}\n`);
    const names = [];
    for (let i = 0; i < 5; ++i) {
        names.unshift((await ai.batches.create({model, src: file.name, config: {displayName: `job ${i}`}})).name);
        await emulator.advance(0.1);
    }
    const pager = await ai.batches.list({config: {pageSize: 2}});
    assert.deepEqual(pager.page.map(one => one.name), names.slice(0, 2));
    assert.ok(pager.hasNextPage());
    assert.deepEqual((await pager.nextPage()).map(one => one.name), names.slice(2, 4));
    assert.deepEqual((await all(ai.batches.list({config: {pageSize: 2}}))).map(one => one.name), names);

    await ai.batches.cancel({name: names[0]});
    const cancelled = await ai.batches.get({name: names[0]});
    assert.equal(cancelled.state, 'JOB_STATE_CANCELLED');
    assert.equal(cancelled.dest, undefined, 'a cancelled batch has no results');
    const deleted = await ai.batches.delete({name: names[0]});
    assert.equal(deleted.error, undefined);
    assert.equal(envelope(await failure(() => ai.batches.get({name: names[0]}))).status, 'NOT_FOUND');
});

test('generateContent: text, JSON schema, limits, usage', timeout, async t => {
    const {ai} = await start(t);
    const reply = await ai.models.generateContent({model, contents: 'Say one.', config: {systemInstruction: 'Be short.'}});
    assert.ok(reply.text.length > 0);
    assert.equal(reply.candidates[0].finishReason, 'STOP');
    assert.equal(reply.candidates[0].content.role, 'model');
    assert.ok(reply.modelVersion.startsWith(model));
    assert.ok(reply.responseId.length > 0);
    assert.equal(reply.usageMetadata.totalTokenCount,
                 reply.usageMetadata.promptTokenCount + reply.usageMetadata.candidatesTokenCount);

    const config = {responseMimeType: 'application/json'};
    const byJsonSchema = await ai.models.generateContent({model, contents: 'How high?', config: {
        ...config, responseJsonSchema: {type: 'object', properties: {level: {type: 'string', enum: ['low', 'high']}},
                                        required: ['level'], additionalProperties: false}}});
    assert.ok(['low', 'high'].includes(JSON.parse(byJsonSchema.text).level));
    const bySchema = await ai.models.generateContent({model, contents: 'How many?', config: {
        ...config, responseSchema: {type: 'OBJECT', properties: {count: {type: 'INTEGER'}}, required: ['count']}}});
    assert.ok(Number.isInteger(JSON.parse(bySchema.text).count));
    const choice = await ai.models.generateContent({model, contents: 'How high?', config: {
        responseMimeType: 'text/x.enum', responseSchema: {type: 'STRING', enum: ['low', 'high']}}});
    assert.ok(['low', 'high'].includes(choice.text));
    const cut = await ai.models.generateContent({model, contents: 'one two three four five six', config: {maxOutputTokens: 1}});
    assert.equal(cut.candidates[0].finishReason, 'MAX_TOKENS');
});

test('countTokens, embedContent, models', timeout, async t => {
    const {ai} = await start(t);
    assert.ok((await ai.models.countTokens({model, contents: 'Say one.'})).totalTokens > 0);
    const embedded = await ai.models.embedContent({model: 'gemini-embedding-001', contents: ['one', 'two'],
                                                   config: {outputDimensionality: 16}});
    assert.deepEqual(embedded.embeddings.map(one => one.values.length), [16, 16]);
    const models = await all(ai.models.list({config: {pageSize: 3}}));
    assert.ok(models.length > 0);
    assert.match(models[0].name, /^models\//);
    assert.ok(models.some(one => one.supportedActions?.includes('batchGenerateContent')));
    assert.equal((await ai.models.get({model: models[0].name})).name, models[0].name);
});

test('errors: the status, and the envelope in the message', timeout, async t => {
    const {emulator, ai} = await start(t);
    const get = () => ai.batches.get({name: 'batches/none'});
    const missing = await failure(get);
    assert.equal(missing.name, 'ApiError');
    assert.equal(missing.status, 404);
    assert.equal(envelope(missing).status, 'NOT_FOUND');
    for (const [status, name] of [[400, 'INVALID_ARGUMENT'], [403, 'PERMISSION_DENIED'], [429, 'RESOURCE_EXHAUSTED'],
                                  [500, 'INTERNAL'], [503, 'UNAVAILABLE'], [504, 'DEADLINE_EXCEEDED']]) {
        await emulator.faults([{fault: 'http', status, message: 'some words'}]);
        const error = await failure(get);
        assert.equal(error.status, status);
        const {code, message, status: canonical} = envelope(error);
        assert.deepEqual([code, message, canonical], [status, 'some words', name]);
    }
    await emulator.faults([{fault: 'http', status: 502, body: 'html'}]);
    assert.equal((await failure(get)).status, 502);
    await emulator.faults([{fault: 'bad_key', status: 400}]);
    assert.match(envelope(await failure(get)).message, /API key not valid/);
    await emulator.faults([]);

    const unknown = {model, contents: 'one', config: {httpOptions: {extraBody: {noSuchField: 1}}}};
    assert.equal(envelope(await failure(() => ai.models.generateContent(unknown))).status, 'INVALID_ARGUMENT');
    assert.ok([400, 404].includes((await failure(() => ai.batches.create({model, src: 'files/none'}))).status));
    await emulator.faults([{fault: 'token_limit', limit: 1}]);
    const file = await upload(ai, `${line('a', 'one two three')}\n`);
    assert.equal(envelope(await failure(() => ai.batches.create({model, src: file.name}))).status, 'RESOURCE_EXHAUSTED');
});
