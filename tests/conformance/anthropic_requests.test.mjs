// What the program sends to an Anthropic account, compared with what Anthropic's SDK sends for the same work.
// The differences, and why they are there: README.md.
import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import {compare, pick, recordWork} from './support/work.mjs';
import {all} from './support/world.mjs';

const root = '/anthropic';
const account = {path: root, keyVariable: 'ANTHROPIC_API_KEY'};

/** The second account that the same key opens must not be looked for on the network. */
function other(kind) {
    return `workspace = "dedicated"\n[provider.${kind}]\nbase_url = "http://127.0.0.1:1"\n`;
}

async function compareAll(t, kind, otherKind, version) {
    const {recorder, sent, key} = await recordWork(t, {...account, kind, settings: other(otherKind)});
    const client = new Anthropic({apiKey: key, baseURL: recorder.url + root, maxRetries: 0});
    const auth = [`header.authorization: "Bearer ${key}" | none`, `header.x-api-key: none | "${key}"`];
    const dated = version === '2026-10-21' ? [] : [`header.anthropic-version: "2026-10-21" | "${version}"`];
    const common = (accept, ...more) => [`header.accept: "${accept}" | none`, ...dated, auth[0], ...more, auth[1]];
    const usual = common('application/json');

    const created = pick(sent.run, 'POST', /\/batches$/);
    assert.deepEqual(Object.keys(created.body), ['requests']);
    const batch = await compare(recorder, 'create', created,
                                () => client.messages.batches.create({requests: created.body.requests}), usual);
    await compare(recorder, 'list', pick(sent.run, 'GET', /\/batches$/), () => client.messages.batches.list({limit: 100}), usual);
    const got = pick(sent.run, 'GET', /\/msgbatch_[^/]*$/);
    const id = got.path.split('/').at(-1);
    await compare(recorder, 'get', got, () => client.messages.batches.retrieve(id), usual);
    // The SDK looks at the batch first, for the address.
    await compare(recorder, 'results', [got, pick(sent.run, 'GET', /\/results$/)], () => all(client.messages.batches.results(id)),
                  [...usual, ...common('application/binary')]);
    const cancelled = pick(sent.cancel, 'POST', /\/cancel$/);
    await compare(recorder, 'cancel', cancelled, () => client.messages.batches.cancel(batch.id),
                  common('application/json', 'header.content-type: none | "application/json"'),
                  {[batch.id]: cancelled.path.split('/').at(-2)});
    await compare(recorder, 'check of the key', pick(sent.doctor, 'GET', /\/batches$/),
                  () => client.messages.batches.list({limit: 1}), usual);
}

test('the same work in requests', {timeout: 50_000}, t => compareAll(t, 'anthropic', 'anthropic-2026-10-21', '2023-06-01'));

test('the same work in requests, with the version of the SDK', {timeout: 50_000},
     t => compareAll(t, 'anthropic-2026-10-21', 'anthropic', '2026-10-21'));
