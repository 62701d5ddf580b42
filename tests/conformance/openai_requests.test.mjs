// What the program sends to an OpenAI account, compared with what OpenAI's SDK sends for the same work.
// The differences, and why they are there: README.md.
import assert from 'node:assert/strict';
import test from 'node:test';
import OpenAI, {toFile} from 'openai';
import {Recorder} from './support/recorder.mjs';
import {compare, pick, recordWork} from './support/work.mjs';
import {Emulator, key, Program} from './support/world.mjs';

const accept = 'header.accept: "application/json" | none';

test('the same work in requests', {timeout: 50_000}, async t => {
    const {recorder, sent} = await recordWork(t, {kind: 'openai', path: '/v1', keyVariable: 'OPENAI_API_KEY'});
    const client = new OpenAI({apiKey: key, baseURL: `${recorder.url}/v1`, maxRetries: 0});

    const uploaded = pick(sent.run, 'POST', /^\/v1\/files$/);
    const form = uploaded.body.fields;
    const file = await compare(recorder, 'upload', uploaded, async () => client.files.create({
        file: await toFile(Buffer.from(form.file.text), form.file.filename, {type: 'application/jsonl'}), purpose: 'batch',
        expires_after: {anchor: 'created_at', seconds: 2592000}}), [
        'body.order: ["file","purpose","expires_after[anchor]","expires_after[seconds]"] | ' +
        '["purpose","expires_after[anchor]","expires_after[seconds]","file"]',
        accept]);

    const created = pick(sent.run, 'POST', /^\/v1\/batches$/);
    const ids = {[file.id]: created.body.input_file_id};
    const batch = await compare(recorder, 'create', created, () => client.batches.create({
        input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h',
        metadata: created.body.metadata}), [accept], ids);
    assert.deepEqual(Object.keys(created.body.metadata).sort(), ['job', 'overnight', 'shard']);

    await compare(recorder, 'list', pick(sent.run, 'GET', /^\/v1\/batches$/), () => client.batches.list({limit: 100}), [accept]);

    const got = pick(sent.run, 'GET', /^\/v1\/batches\/batch_/);
    const id = got.path.split('/').at(-1);
    const done = await compare(recorder, 'get', got, () => client.batches.retrieve(id), [accept]);
    assert.equal(done.status, 'completed');
    await compare(recorder, 'size of the results', pick(sent.run, 'GET', /^\/v1\/files\/[^/]+$/),
                  () => client.files.retrieve(done.output_file_id), [accept]);
    await compare(recorder, 'results', pick(sent.run, 'GET', /\/content$/), () => client.files.content(done.output_file_id),
                  ['header.accept: "application/binary" | none']);

    const cancelled = pick(sent.cancel, 'POST', /\/cancel$/);
    await compare(recorder, 'cancel', cancelled, () => client.batches.cancel(batch.id), [accept],
                  {[batch.id]: cancelled.path.split('/').at(-2)});
    await compare(recorder, 'delete the input', pick(sent.run, 'DELETE', /^\/v1\/files\//), () => client.files.delete(file.id),
                  [accept], ids);
    await compare(recorder, 'check of the key', pick(sent.doctor, 'GET', /^\/v1\/models$/), () => client.models.list(), [accept]);
});

test('the same work in ordinary calls', {timeout: 50_000}, async t => {
    const emulator = await Emulator.start(t, {speed: 20});
    const recorder = await Recorder.start(t, emulator.url);
    const client = new OpenAI({apiKey: key, baseURL: `${recorder.url}/v1`, maxRetries: 0});
    const calls = {
        '/v1/chat/completions': body => client.chat.completions.create(body),
        '/v1/responses': body => client.responses.create(body),
        // The SDK asks for base64 by itself.
        '/v1/embeddings': ({model, input}) => client.embeddings.create({model, input}),
        '/v1/moderations': body => client.moderations.create(body),
    };
    for (const [endpoint, call] of Object.entries(calls)) {
        const program = new Program(t, 'openai', `${recorder.url}/v1`, {keyVariable: 'OPENAI_API_KEY', settings: 'tier = "sync"\n'});
        const asks = endpoint === '/v1/chat/completions' || endpoint === '/v1/responses';
        program.write('in.csv', 'text\none\n');
        program.write('job.toml', `[input]\nfile = "in.csv"\n[model]\nname = "m-1"\nendpoint = "${endpoint}"\n` +
            `[prompt]\n${asks ? 'instructions = "You classify."\n' : ''}row = "{{text}}"\n` +
            `${asks ? '[answer]\nsummary = "string"\n' : ''}[output]\nfile = "out.jsonl"\n`);
        recorder.requests.length = 0;
        await program.run('run', 'job.toml');
        const sent = pick(recorder.requests, 'POST', new RegExp(`^${endpoint}$`));
        await compare(recorder, endpoint, sent, () => call(sent.body), [accept]);
    }
});
