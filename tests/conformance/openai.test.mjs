// OpenAI's SDK against the emulator: what its documentation shows, and the errors that it raises.
import assert from 'node:assert/strict';
import test from 'node:test';
import OpenAI, {toFile} from 'openai';
import {mismatches} from './support/declared.mjs';
import {all, Emulator, failure, key, lines} from './support/world.mjs';

const model = 'gpt-6-luna';
const timeout = {timeout: 50_000};

async function start(t, options) {
    const emulator = await Emulator.start(t, options);
    return {emulator, client: new OpenAI({apiKey: key, baseURL: `${emulator.url}/v1`, maxRetries: 0})};
}

/** A line of a batch's input file. */
function line(customId, body, url = '/v1/chat/completions') {
    return JSON.stringify({custom_id: customId, method: 'POST', url, body: {model, ...body}});
}

function say(text) {
    return {messages: [{role: 'user', content: text}]};
}

function upload(client, text, name = 'in.jsonl') {
    return toFile(Buffer.from(text), name).then(file => client.files.create({file, purpose: 'batch'}));
}

/** The batch when it is over. */
function ended(emulator, client, id) {
    return emulator.until(() => client.batches.retrieve(id),
                          batch => ['completed', 'failed', 'expired', 'cancelled'].includes(batch.status));
}

async function createBatch(client, text, more = {}) {
    const file = await upload(client, text);
    return client.batches.create({input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h', ...more});
}

test('files: create, retrieve, content, list with paging, delete', timeout, async t => {
    const {emulator, client} = await start(t);
    const text = `${line('a', say('one'))}\n`;
    const file = await client.files.create({file: await toFile(Buffer.from(text), 'in.jsonl'), purpose: 'batch',
                                            expires_after: {anchor: 'created_at', seconds: 3600}});
    assert.match(file.id, /^file-/);
    assert.deepEqual({...file, id: '', created_at: 0, expires_at: file.expires_at - file.created_at},
                     {id: '', object: 'file', bytes: text.length, created_at: 0, expires_at: 3600, filename: 'in.jsonl',
                      purpose: 'batch', status: 'processed', status_details: null});
    assert.deepEqual(await client.files.retrieve(file.id), file);
    assert.equal(await (await client.files.content(file.id)).text(), text);
    assert.deepEqual(await client.files.waitForProcessing(file.id), file);

    const ids = [file.id];
    for (const name of ['b.jsonl', 'c.jsonl', 'd.jsonl', 'e.jsonl']) {
        await emulator.advance(1);
        ids.unshift((await upload(client, text, name)).id);
    }
    const page = await client.files.list({limit: 2});
    assert.deepEqual(page.data.map(one => one.id), ids.slice(0, 2));
    assert.equal(page.has_more, true);
    assert.deepEqual((await all(client.files.list({limit: 2}))).map(one => one.id), ids);
    assert.deepEqual((await all(client.files.list({order: 'asc'}))).map(one => one.id), [...ids].reverse());
    assert.deepEqual(await all(client.files.list({purpose: 'batch_output'})), []);

    assert.deepEqual(await client.files.delete(file.id), {id: file.id, object: 'file', deleted: true});
    const error = await failure(() => client.files.retrieve(file.id));
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.status, 404);
    assert.equal(error.param, 'id');
    assert.match(error.message, new RegExp(`No such File object: ${file.id}`));
});

test('files: what is refused', timeout, async t => {
    const {client} = await start(t);
    for (const [text, name] of [['{}', 'in.txt'], ['no json\n', 'in.jsonl'], ['', 'in.jsonl']]) {
        const error = await failure(() => upload(client, text, name));
        assert.ok(error instanceof OpenAI.BadRequestError, `${name}: ${error}`);
        assert.equal(error.type, 'invalid_request_error');
    }
});

test('uploads in parts', timeout, async t => {
    const {client} = await start(t);
    const parts = [`${line('a', say('one'))}\n`, `${line('b', say('two'))}\n`];
    const bytes = parts.join('').length;
    const begun = await client.uploads.create({bytes, filename: 'in.jsonl', mime_type: 'application/jsonl', purpose: 'batch'});
    assert.equal(begun.object, 'upload');
    assert.equal(begun.status, 'pending');
    const ids = [];
    for (const part of parts) {
        const added = await client.uploads.parts.create(begun.id, {data: await toFile(Buffer.from(part), 'part')});
        assert.equal(added.object, 'upload.part');
        assert.equal(added.upload_id, begun.id);
        ids.push(added.id);
    }
    const done = await client.uploads.complete(begun.id, {part_ids: ids});
    assert.equal(done.status, 'completed');
    assert.equal(done.file.bytes, bytes);
    assert.equal(await (await client.files.content(done.file.id)).text(), parts.join(''));

    const other = await client.uploads.create({bytes: 10, filename: 'x.jsonl', mime_type: 'application/jsonl', purpose: 'batch'});
    assert.equal((await client.uploads.cancel(other.id)).status, 'cancelled');
    assert.ok(await failure(() => client.uploads.parts.create(other.id, {data: new Blob(['x'])})) instanceof OpenAI.APIError);
});

test('a batch: create, poll, results and errors', timeout, async t => {
    const {emulator, client} = await start(t, {faults: [{fault: 'poison', contains: 'too long'}]});
    const text = [line('a', say('one')), line('b', say('this is too long')), line('c', say('three'))].join('\n') + '\n';
    const batch = await createBatch(client, text, {metadata: {job: 'topics'},
                                                   output_expires_after: {anchor: 'created_at', seconds: 7200}});
    assert.match(batch.id, /^batch_/);
    assert.equal(batch.object, 'batch');
    assert.equal(batch.status, 'validating');
    assert.equal(batch.endpoint, '/v1/chat/completions');
    assert.equal(batch.completion_window, '24h');
    assert.deepEqual(batch.metadata, {job: 'topics'});
    assert.deepEqual(batch.request_counts, {total: 0, completed: 0, failed: 0});
    assert.equal(batch.expires_at - batch.created_at, 86400);

    await emulator.advance(1.5);
    const running = await emulator.until(() => client.batches.retrieve(batch.id), one => one.status !== 'validating', 0);
    assert.equal(running.status, 'in_progress');
    assert.equal(running.request_counts.total, 3);
    assert.ok(running.in_progress_at >= running.created_at);

    const done = await ended(emulator, client, batch.id);
    assert.equal(done.status, 'completed');
    assert.deepEqual(done.request_counts, {total: 3, completed: 2, failed: 1});
    assert.ok(done.completed_at >= done.finalizing_at && done.finalizing_at >= done.in_progress_at);
    assert.equal(done.usage.total_tokens, done.usage.input_tokens + done.usage.output_tokens);
    assert.ok(done.usage.output_tokens > 0);

    const output = await client.files.retrieve(done.output_file_id);
    assert.equal(output.purpose, 'batch_output');
    assert.equal(output.expires_at - output.created_at, 7200);
    const answered = lines(await (await client.files.content(done.output_file_id)).text());
    assert.deepEqual(answered.map(one => one.custom_id).sort(), ['a', 'c']);
    for (const one of answered) {
        assert.match(one.id, /^batch_req_/);
        assert.equal(one.error, null);
        assert.equal(one.response.status_code, 200);
        assert.equal(one.response.body.object, 'chat.completion');
        assert.equal(one.response.body.choices[0].finish_reason, 'stop');
    }
    const [failed, ...none] = lines(await (await client.files.content(done.error_file_id)).text());
    assert.deepEqual(none, []);
    assert.equal(failed.custom_id, 'b');
    assert.equal(failed.response.status_code, 400);
    assert.equal(failed.response.body.error.code, 'context_length_exceeded');
});

test('a batch that is wrong in itself fails, and says where', timeout, async t => {
    const {emulator, client} = await start(t);
    const batch = await createBatch(client, [line('a', say('one')), line('a', say('two')), 'no json'].join('\n') + '\n');
    const failed = await ended(emulator, client, batch.id);
    assert.equal(failed.status, 'failed');
    assert.equal(failed.errors.object, 'list');
    assert.deepEqual(failed.errors.data.map(error => [error.code, error.line]), [['duplicate_custom_id', 2], ['invalid_json_line', 3]]);
    assert.equal(failed.output_file_id ?? null, null);
});

test('batches: list with paging, cancel', timeout, async t => {
    const {emulator, client} = await start(t);
    const ids = [];
    for (let i = 0; i < 5; ++i) {
        ids.unshift((await createBatch(client, `${line('a', say('one'))}\n`)).id);
        await emulator.advance(0.1);
    }
    const page = await client.batches.list({limit: 2});
    assert.deepEqual(page.data.map(one => one.id), ids.slice(0, 2));
    assert.ok(page.hasNextPage());
    assert.deepEqual((await page.getNextPage()).data.map(one => one.id), ids.slice(2, 4));
    assert.deepEqual((await all(client.batches.list({limit: 2}))).map(one => one.id), ids);

    const cancelled = await client.batches.cancel(ids[0]);
    assert.equal(cancelled.status, 'cancelling');
    assert.ok(cancelled.cancelling_at >= cancelled.created_at);
    const end = await ended(emulator, client, ids[0]);
    assert.equal(end.status, 'cancelled');
    assert.equal(end.output_file_id, null);
    const [unrun] = lines(await (await client.files.content(end.error_file_id)).text());
    assert.equal(unrun.response, null);
    assert.equal(unrun.error.code, 'batch_cancelled');

    assert.equal((await ended(emulator, client, ids[1])).status, 'completed');
    const error = await failure(() => client.batches.cancel(ids[1]));
    assert.ok(error instanceof OpenAI.ConflictError);
    assert.match(error.message, /Cannot cancel a batch with status 'completed'/);
});

test('batches over responses, embeddings and moderations', timeout, async t => {
    const {emulator, client} = await start(t);
    const bodies = {'/v1/responses': {input: 'one'}, '/v1/embeddings': {input: ['one', 'two']}, '/v1/moderations': {input: 'one'}};
    const objects = {'/v1/responses': 'response', '/v1/embeddings': 'list'};
    for (const [endpoint, body] of Object.entries(bodies)) {
        const batch = await createBatch(client, `${line('a', body, endpoint)}\n`, {endpoint});
        const done = await ended(emulator, client, batch.id);
        assert.equal(done.status, 'completed', JSON.stringify(done.errors));
        const [one] = lines(await (await client.files.content(done.output_file_id)).text());
        assert.equal(one.response.body.object, objects[endpoint]);
    }
});

test('chat completions: text, JSON schema, usage', timeout, async t => {
    const {client} = await start(t);
    const {data, request_id: requestId} = await client.chat.completions.create({model, ...say('Say one.')}).withResponse();
    assert.match(requestId, /^req_/);
    assert.equal(data.object, 'chat.completion');
    assert.match(data.id, /^chatcmpl-/);
    const [choice] = data.choices;
    assert.equal(choice.message.role, 'assistant');
    assert.equal(choice.message.refusal, null);
    assert.ok(choice.message.content.length > 0);
    assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens);

    const schema = {type: 'object', properties: {level: {type: 'string', enum: ['low', 'high']}}, required: ['level'],
                    additionalProperties: false};
    const parsed = await client.chat.completions.parse({
        model, ...say('How high?'),
        response_format: {type: 'json_schema', json_schema: {name: 'answer', strict: true, schema},
                          $brand: 'auto-parseable-response-format', $parseRaw: JSON.parse}});
    assert.ok(['low', 'high'].includes(parsed.choices[0].message.parsed.level));

    const cut = await client.chat.completions.create({model, ...say('one two three four five six'), max_completion_tokens: 1});
    assert.equal(cut.choices[0].finish_reason, 'length');
});

test('responses: text, JSON schema, input tokens', timeout, async t => {
    const {client} = await start(t);
    const reply = await client.responses.create({model, instructions: 'Be short.', input: 'Say one.'});
    assert.equal(reply.object, 'response');
    assert.equal(reply.status, 'completed');
    assert.ok(reply.output_text.length > 0, 'the SDK puts output_text together');
    assert.equal(reply.usage.total_tokens, reply.usage.input_tokens + reply.usage.output_tokens);
    const schema = {type: 'object', properties: {count: {type: 'integer'}}, required: ['count'], additionalProperties: false};
    const parsed = await client.responses.parse({
        model, input: [{role: 'user', content: [{type: 'input_text', text: 'How many?'}]}],
        text: {format: {type: 'json_schema', name: 'answer', strict: true, schema,
                        $brand: 'auto-parseable-response-format', $parseRaw: JSON.parse}}});
    assert.ok(Number.isInteger(parsed.output_parsed.count));
    const cut = await client.responses.create({model, input: 'one two three four five six', max_output_tokens: 16});
    assert.ok(['completed', 'incomplete'].includes(cut.status));
    const counted = await client.responses.inputTokens.count({model, input: 'Say one.'});
    assert.equal(counted.object, 'response.input_tokens');
    assert.ok(counted.input_tokens > 0);
});

test('embeddings: base64 by default, floats when asked for', timeout, async t => {
    const {client} = await start(t);
    const request = {model: 'text-embedding-3-small', input: ['one', 'two']};
    const decoded = await client.embeddings.create(request);
    assert.deepEqual(decoded.data.map(one => [one.object, one.index]), [['embedding', 0], ['embedding', 1]]);
    const floats = await client.embeddings.create({...request, encoding_format: 'float'});
    for (const i of [0, 1]) {
        assert.equal(decoded.data[i].embedding.length, 1536);
        assert.ok(decoded.data[i].embedding.every((x, j) => Math.abs(x - floats.data[i].embedding[j]) < 1e-6));
    }
    const raw = await client.embeddings.create({...request, encoding_format: 'base64'});
    assert.equal(typeof raw.data[0].embedding, 'string');
    assert.equal((await client.embeddings.create({...request, dimensions: 8})).data[0].embedding.length, 8);
    assert.equal(decoded.usage.prompt_tokens, decoded.usage.total_tokens);
});

test('moderations and models', timeout, async t => {
    const {client} = await start(t);
    const moderated = await client.moderations.create({model: 'omni-moderation-latest', input: ['one', 'two']});
    assert.equal(moderated.results.length, 2);
    assert.equal(typeof moderated.results[0].flagged, 'boolean');
    assert.equal(typeof moderated.results[0].category_scores.violence, 'number');
    const models = await all(client.models.list());
    assert.ok(models.length > 0);
    assert.deepEqual(Object.keys(models[0]).sort(), ['created', 'id', 'object', 'owned_by', 'shutdown_date']);
    assert.deepEqual(await client.models.retrieve(models[0].id), models[0]);
});

test('errors become the classes that the SDK has for them', timeout, async t => {
    const {emulator, client} = await start(t);
    const get = () => client.batches.retrieve('batch_none');
    const classes = [[400, OpenAI.BadRequestError], [401, OpenAI.AuthenticationError], [403, OpenAI.PermissionDeniedError],
                     [404, OpenAI.NotFoundError], [409, OpenAI.ConflictError], [422, OpenAI.UnprocessableEntityError],
                     [429, OpenAI.RateLimitError], [500, OpenAI.InternalServerError], [503, OpenAI.InternalServerError]];
    const missing = await failure(get);
    assert.ok(missing instanceof OpenAI.NotFoundError);
    assert.match(missing.message, /No batch found/);
    assert.match(missing.requestID, /^req_/);
    for (const [status, type] of classes) {
        await emulator.faults([{fault: 'http', status, code: 'some_code', message: 'some words', type: 'some_type', param: 'p'}]);
        const error = await failure(get);
        assert.ok(error instanceof type, `${status}: ${error.constructor.name}`);
        assert.deepEqual([error.status, error.code, error.type, error.param, error.message],
                         [status, 'some_code', 'some_type', 'p', `${status} some words`]);
    }
    await emulator.faults([{fault: 'rate_limit', retry_after: 7}]);
    const limited = await failure(get);
    assert.equal(limited.headers.get('retry-after'), '7');
    assert.equal(limited.code, 'rate_limit_exceeded');
    await emulator.faults([{fault: 'http', status: 502, body: 'html'}]);
    assert.ok(await failure(get) instanceof OpenAI.InternalServerError);
    await emulator.faults([{fault: 'drop', route: 'GET /v1/batches/{id}'}]);
    assert.ok(await failure(get) instanceof OpenAI.APIConnectionError);
    await emulator.faults([{fault: 'bad_key'}]);
    assert.ok(await failure(get) instanceof OpenAI.AuthenticationError);
    // With retries on, the SDK gets over what is said to pass.
    await emulator.faults([{fault: 'http', status: 503, retry_after_ms: 1, times: 1}]);
    assert.ok(Array.isArray((await client.withOptions({maxRetries: 1}).batches.list()).data));
});

test('what creating a batch refuses at once', timeout, async t => {
    const {client} = await start(t);
    const file = await upload(client, `${line('a', say('one'))}\n`);
    const good = {input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h'};
    for (const [wrong, param] of [[{endpoint: '/v1/nothing'}, 'endpoint'], [{completion_window: '1h'}, 'completion_window'],
                                  [{metadata: {job: 5}}, 'metadata.job'], [{input_file_id: undefined}, 'input_file_id']]) {
        const error = await failure(() => client.batches.create({...good, ...wrong}));
        assert.ok(error instanceof OpenAI.BadRequestError);
        assert.equal(error.param, param);
        assert.equal(error.type, 'invalid_request_error');
    }
});

test('replies have the members that the SDK declares', timeout, async t => {
    const {emulator, client} = await start(t);
    const found = new Set();
    const check = (value, file, name) => {
        for (const one of mismatches(value, `openai/resources/${file}.d.ts`, name)) found.add(one);
    };
    const file = await upload(client, `${line('a', say('one'))}\n`);
    check(file, 'files', 'FileObject');
    const begun = await client.uploads.create({bytes: 1, filename: 'in.jsonl', mime_type: 'application/jsonl', purpose: 'batch'});
    check(begun, 'uploads/uploads', 'Upload');
    check(await client.uploads.parts.create(begun.id, {data: await toFile(Buffer.from('{'), 'part')}), 'uploads/parts', 'UploadPart');
    const batch = await createBatch(client, `${line('a', say('one'))}\n`);
    check(batch, 'batches', 'Batch');
    const done = await ended(emulator, client, batch.id);
    check(done, 'batches', 'Batch');
    check(done.usage, 'batches', 'BatchUsage');
    check(done.request_counts, 'batches', 'BatchRequestCounts');
    const bad = await ended(emulator, client, (await createBatch(client, '{}\n')).id);
    check(bad.errors, 'batches', 'Batch.Errors');
    check(bad.errors.data[0], 'batches', 'BatchError');

    const completions = 'chat/completions/completions';
    const chat = await client.chat.completions.create({model, ...say('one')});
    check(chat, completions, 'ChatCompletion');
    check(chat.choices[0], completions, 'ChatCompletion.Choice');
    check(chat.choices[0].message, completions, 'ChatCompletionMessage');
    check(chat.usage, 'completions', 'CompletionUsage');
    const response = await client.responses.create({model, input: 'one'});
    check(response, 'responses/responses', 'Response');
    check(response.usage, 'responses/responses', 'ResponseUsage');
    const message = response.output.find(item => item.type === 'message');
    check(message, 'responses/responses', 'ResponseOutputMessage');
    check(message.content[0], 'responses/responses', 'ResponseOutputText');
    const embedded = await client.embeddings.create({model: 'text-embedding-3-small', input: 'one'});
    check(embedded, 'embeddings', 'CreateEmbeddingResponse');
    check(embedded.data[0], 'embeddings', 'Embedding');
    const moderated = await client.moderations.create({model: 'omni-moderation-latest', input: 'one'});
    check(moderated, 'moderations', 'ModerationCreateResponse');
    check(moderated.results[0], 'moderations', 'Moderation');
    check(moderated.results[0].categories, 'moderations', 'Moderation.Categories');
    check(moderated.results[0].category_scores, 'moderations', 'Moderation.CategoryScores');
    check((await client.models.list()).data[0], 'models', 'Model');
    // The list is in README.md, with the reasons.
    assert.deepEqual([...found].sort(), [
        'Model: also shutdown_date',
        ...['instructions', 'metadata', 'parallel_tool_calls', 'temperature', 'tool_choice', 'tools', 'top_p']
            .map(member => `Response: no ${member}`)]);
});
