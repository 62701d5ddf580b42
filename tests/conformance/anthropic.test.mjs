// Anthropic's SDK against the emulator: what its documentation shows, and the errors that it raises.
import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import {mismatches} from './support/declared.mjs';
import {all, Emulator, failure, key} from './support/world.mjs';

const model = 'claude-sonnet-5-5';
const timeout = {timeout: 50_000};
const root = '/anthropic';

async function start(t, options) {
    const emulator = await Emulator.start(t, options);
    return {emulator, client: new Anthropic({apiKey: key, baseURL: emulator.url + root, maxRetries: 0})};
}

function ask(text, more = {}) {
    return {model, max_tokens: 100, messages: [{role: 'user', content: text}], ...more};
}

function request(customId, text, more) {
    return {custom_id: customId, params: ask(text, more)};
}

function ended(emulator, client, id) {
    return emulator.until(() => client.messages.batches.retrieve(id), batch => batch.processing_status === 'ended');
}

test('a batch: create, poll, results of every kind', timeout, async t => {
    const {emulator, client} = await start(t, {faults: [{fault: 'poison', contains: 'too long'}]});
    const batch = await client.messages.batches.create({
        requests: [request('a', 'one'), request('b', 'this is too long'), request('c', 'three', {max_tokens: 1})]});
    assert.match(batch.id, /^msgbatch_/);
    assert.deepEqual({...batch, id: '', created_at: '', expires_at: Date.parse(batch.expires_at) - Date.parse(batch.created_at)},
                     {id: '', type: 'message_batch', processing_status: 'in_progress', created_at: '', expires_at: 86400_000,
                      request_counts: {processing: 3, succeeded: 0, errored: 0, canceled: 0, expired: 0}, ended_at: null,
                      cancel_initiated_at: null, archived_at: null, results_url: null});
    await assert.rejects(client.messages.batches.results(batch.id), /Has it finished processing\? in_progress/);

    const done = await ended(emulator, client, batch.id);
    assert.deepEqual(done.request_counts, {processing: 0, succeeded: 2, errored: 1, canceled: 0, expired: 0});
    assert.ok(Date.parse(done.ended_at) >= Date.parse(done.created_at));
    assert.ok(done.results_url.startsWith(`${emulator.url}${root}/v1/messages/batches/${batch.id}/`));
    const results = new Map((await all(client.messages.batches.results(batch.id))).map(one => [one.custom_id, one.result]));
    assert.deepEqual([...results.keys()].sort(), ['a', 'b', 'c']);
    assert.equal(results.get('a').type, 'succeeded');
    const {message} = results.get('a');
    assert.deepEqual([message.type, message.role, message.stop_reason, message.model], ['message', 'assistant', 'end_turn', model]);
    assert.equal(message.content[0].type, 'text');
    assert.equal(message.usage.service_tier, 'batch');
    assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
    assert.equal(results.get('c').message.stop_reason, 'max_tokens');
    assert.equal(results.get('b').type, 'errored');
    assert.equal(results.get('b').error.type, 'error', 'the error stands in an error');
    assert.equal(results.get('b').error.error.type, 'invalid_request_error');
});

test('batches: list with paging, both ways', timeout, async t => {
    const {emulator, client} = await start(t);
    const ids = [];
    for (let i = 0; i < 5; ++i) {
        ids.unshift((await client.messages.batches.create({requests: [request('a', 'one')]})).id);
        await emulator.advance(0.1);
    }
    const page = await client.messages.batches.list({limit: 2});
    assert.deepEqual(page.data.map(one => one.id), ids.slice(0, 2));
    assert.deepEqual([page.has_more, page.first_id, page.last_id], [true, ids[0], ids[1]]);
    assert.deepEqual((await page.getNextPage()).data.map(one => one.id), ids.slice(2, 4));
    assert.deepEqual((await all(client.messages.batches.list({limit: 2}))).map(one => one.id), ids);
    const before = await client.messages.batches.list({limit: 2, before_id: ids[4]});
    assert.deepEqual(before.data.map(one => one.id), ids.slice(2, 4));
    assert.ok(await failure(() => client.messages.batches.list({limit: 2000})) instanceof Anthropic.BadRequestError);
});

test('batches: cancel, delete', timeout, async t => {
    const {emulator, client} = await start(t);
    const batch = await client.messages.batches.create({requests: [request('a', 'one'), request('b', 'two')]});
    const early = await failure(() => client.messages.batches.delete(batch.id));
    assert.ok(early instanceof Anthropic.BadRequestError);
    const canceling = await client.messages.batches.cancel(batch.id);
    assert.equal(canceling.processing_status, 'canceling');
    assert.ok(Date.parse(canceling.cancel_initiated_at) >= Date.parse(canceling.created_at));
    const done = await ended(emulator, client, batch.id);
    assert.deepEqual(done.request_counts, {processing: 0, succeeded: 0, errored: 0, canceled: 2, expired: 0});
    const results = await all(client.messages.batches.results(batch.id));
    assert.deepEqual(results.map(one => [one.custom_id, one.result.type]).sort(), [['a', 'canceled'], ['b', 'canceled']]);
    assert.ok(await failure(() => client.messages.batches.cancel(batch.id)) instanceof Anthropic.BadRequestError);
    assert.deepEqual(await client.messages.batches.delete(batch.id), {id: batch.id, type: 'message_batch_deleted'});
    assert.ok(await failure(() => client.messages.batches.retrieve(batch.id)) instanceof Anthropic.NotFoundError);
});

test('a batch that is not done in time', timeout, async t => {
    const {emulator, client} = await start(t, {faults: [{fault: 'expire', done: 0.5, seconds: 2}]});
    const batch = await client.messages.batches.create({requests: [request('a', 'one'), request('b', 'two')]});
    const done = await ended(emulator, client, batch.id);
    assert.deepEqual(done.request_counts, {processing: 0, succeeded: 1, errored: 0, canceled: 0, expired: 1});
    assert.deepEqual((await all(client.messages.batches.results(batch.id))).map(one => one.result.type).sort(), ['expired', 'succeeded']);
});

test('what creating a batch refuses at once, and what it leaves to the lines', timeout, async t => {
    const {emulator, client} = await start(t);
    for (const requests of [[request('a', 'one'), request('a', 'two')], [request('no blanks', 'one')], [request('x'.repeat(65), 'one')],
                            [{custom_id: 'a'}]]) {
        const error = await failure(() => client.messages.batches.create({requests}));
        assert.ok(error instanceof Anthropic.BadRequestError);
        assert.equal(error.type, 'invalid_request_error');
    }
    const batch = await client.messages.batches.create({
        requests: [request('a', 'one', {max_tokens: 0}), request('b', 'two', {temperature: 1}), request('c', 'three', {stream: true})]});
    await ended(emulator, client, batch.id);
    for (const one of await all(client.messages.batches.results(batch.id))) {
        assert.equal(one.result.type, 'errored', `${one.custom_id}: the version of the SDK takes no temperature`);
        assert.equal(one.result.error.error.type, 'invalid_request_error');
    }
});

test('messages: text, JSON schema, tools, token counts', timeout, async t => {
    const {client} = await start(t);
    const {data, request_id: requestId} = await client.messages.create(ask('Say one.', {system: 'Be short.'})).withResponse();
    assert.match(requestId, /^req_/);
    assert.equal(data._request_id, requestId);
    assert.match(data.id, /^msg_/);
    assert.ok(data.content[0].text.length > 0);
    assert.equal(data.stop_reason, 'end_turn');
    assert.equal(data.stop_sequence, null);
    assert.equal(data.usage.service_tier, 'standard');

    const schema = {type: 'object', properties: {level: {type: 'string', enum: ['low', 'high']}}, required: ['level'],
                    additionalProperties: false};
    const format = {type: 'json_schema', schema, parse: JSON.parse};
    const parsed = await client.messages.parse(ask('How high?', {output_config: {format}}));
    assert.ok(['low', 'high'].includes(parsed.parsed_output.level));
    const used = await client.messages.create(ask('How high?', {
        tools: [{name: 'answer', description: 'Takes the answer', input_schema: schema}], tool_choice: {type: 'tool', name: 'answer'}}));
    const use = used.content.find(block => block.type === 'tool_use');
    assert.equal(use.name, 'answer');
    assert.match(use.id, /^toolu_/);
    assert.ok(['low', 'high'].includes(use.input.level));
    assert.ok(['tool_use', 'end_turn'].includes(used.stop_reason));

    const {max_tokens: _, ...countable} = ask('Say one.');
    assert.ok((await client.messages.countTokens(countable)).input_tokens > 0);
});

test('models', timeout, async t => {
    const {client} = await start(t);
    const models = await all(client.models.list({limit: 5}));
    assert.ok(models.length > 5, 'more than a page');
    assert.equal(models[0].type, 'model');
    assert.ok(models[0].display_name.startsWith('Claude'));
    assert.ok(Date.parse(models[0].created_at) > 0);
    assert.deepEqual({...await client.models.retrieve(models[0].id)}, models[0]);
});

test('errors become the classes that the SDK has for them', timeout, async t => {
    const {emulator, client} = await start(t);
    const get = () => client.messages.batches.retrieve('msgbatch_none');
    const missing = await failure(get);
    assert.ok(missing instanceof Anthropic.NotFoundError);
    assert.equal(missing.type, 'not_found_error');
    assert.match(missing.requestID, /^req_/);
    assert.equal(missing.error.request_id, missing.requestID);
    for (const [status, name, type] of [
        [400, 'BadRequestError', 'invalid_request_error'], [401, 'AuthenticationError', 'authentication_error'],
        [402, 'PaymentRequiredError', 'billing_error'], [403, 'PermissionDeniedError', 'permission_error'],
        [404, 'NotFoundError', 'not_found_error'], [409, 'ConflictError', 'conflict_error'],
        [413, 'ContentTooLargeError', 'request_too_large'], [429, 'RateLimitError', 'rate_limit_error'],
        [500, 'InternalServerError', 'api_error'], [504, 'GatewayTimeoutError', 'timeout_error'],
        [529, 'OverloadedError', 'overloaded_error']]) {
        await emulator.faults([{fault: 'http', status, message: 'some words'}]);
        const error = await failure(get);
        assert.equal(error.name, name);
        assert.ok(error instanceof Anthropic.APIError);
        assert.deepEqual([error.status, error.type, error.apiMessage], [status, type, 'some words']);
    }
    await emulator.faults([{fault: 'rate_limit', retry_after: 7, code: 'ramp_limit_exceeded'}]);
    const limited = await failure(get);
    assert.equal(limited.headers.get('retry-after'), '7');
    assert.equal(limited.errorCode, 'ramp_limit_exceeded');
    await emulator.faults([{fault: 'http', status: 502, body: 'html'}]);
    assert.equal((await failure(get)).status, 502);
    await emulator.faults([{fault: 'drop', route: 'GET /v1/messages/batches/{id}'}]);
    assert.ok(await failure(get) instanceof Anthropic.APIConnectionError);
    await emulator.faults([{fault: 'bad_key'}]);
    assert.ok(await failure(get) instanceof Anthropic.AuthenticationError);
    await emulator.faults([]);
    const sampled = await failure(() => client.messages.create(ask('one', {temperature: 0.5})));
    assert.ok(sampled instanceof Anthropic.BadRequestError);
    assert.match(sampled.message, /temperature/);
    await emulator.faults([{fault: 'http', status: 503, retry_after_ms: 1, times: 1}]);
    assert.deepEqual((await client.withOptions({maxRetries: 1}).messages.batches.list()).data, []);
});

test('replies have the members that the SDK declares', timeout, async t => {
    const {emulator, client} = await start(t);
    const found = new Set();
    const check = (value, file, name) => {
        for (const one of mismatches(value, `@anthropic-ai/sdk/resources/${file}.d.ts`, name)) found.add(one);
    };
    const batch = await client.messages.batches.create({requests: [request('a', 'one'), request('b', 'two', {max_tokens: 0})]});
    check(batch, 'messages/batches', 'MessageBatch');
    const done = await ended(emulator, client, batch.id);
    check(done, 'messages/batches', 'MessageBatch');
    check(done.request_counts, 'messages/batches', 'MessageBatchRequestCounts');
    for (const one of await all(client.messages.batches.results(batch.id))) {
        check(one, 'messages/batches', 'MessageBatchIndividualResponse');
        if (one.custom_id === 'a') {
            check(one.result, 'messages/batches', 'MessageBatchSucceededResult');
            check(one.result.message, 'messages/messages', 'Message');
            check(one.result.message.usage, 'messages/messages', 'Usage');
            check(one.result.message.content[0], 'messages/messages', 'TextBlock');
        } else {
            check(one.result, 'messages/batches', 'MessageBatchErroredResult');
            check(one.result.error, 'shared', 'ErrorResponse');
        }
    }
    const message = await client.messages.create(ask('one'));
    check(message, 'messages/messages', 'Message');
    check(message.usage, 'messages/messages', 'Usage');
    const {max_tokens: _, ...countable} = ask('one');
    check(await client.messages.countTokens(countable), 'messages/messages', 'MessageTokensCount');
    check((await client.models.list()).data[0], 'models', 'ModelInfo');
    // The list is in README.md, with the reasons.
    assert.deepEqual([...found].sort(), [
        ...['container', 'diagnostics', 'stop_details'].map(member => `Message: no ${member}`),
        ...['capabilities', 'deprecated_at', 'lifecycle', 'line', 'max_input_tokens', 'max_tokens', 'retires_at']
            .map(member => `ModelInfo: no ${member}`),
        'TextBlock: no citations',
        ...['inference_geo', 'output_tokens_details', 'speed'].map(member => `Usage: no ${member}`)]);
});
