// What the program sends to a Gemini account, compared with what Google's SDK sends for the same work.
// The differences, and why they are there: README.md.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import {GoogleGenAI} from '@google/genai';
import {compare, pick, recordWork} from './support/work.mjs';
import {folderFor, lines} from './support/world.mjs';

/** Names of a message in camelCase, as the SDK writes them; what is below a schema is the user's. */
function camel(value) {
    if (Array.isArray(value)) return value.map(camel);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => {
        const spelled = name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
        return [spelled, spelled === 'responseJsonSchema' ? inner : camel(inner)];
    }));
}

test('the same work in requests', {timeout: 50_000}, async t => {
    const {recorder, sent, key} = await recordWork(t, {kind: 'gemini', path: '', keyVariable: 'GEMINI_API_KEY'});
    const ai = new GoogleGenAI({apiKey: key, httpOptions: {baseUrl: recorder.url}});
    const type = 'header.content-type: "application/json" | none';

    const started = pick(sent.run, 'POST', /^\/upload\/v1beta\/files$/);
    const bytes = pick(sent.run, 'POST', /^\/upload\/v1beta\/sessions\//);
    const ids = {};
    const theirs = recorder.requests;
    const file = await compare(recorder, 'upload', [started, bytes], async () => {
        const {name, displayName, mimeType} = started.body.file;
        const sentName = `${name}-2`;  // the program's own is taken
        ids[sentName] = name;
        const uploaded = await ai.files.upload({file: new Blob([bytes.body]), config: {name: sentName, displayName, mimeType}});
        ids[theirs.at(-1).path] = bytes.path;
        return uploaded;
    }, [type], ids);

    const created = pick(sent.run, 'POST', /:batchGenerateContent$/);
    assert.deepEqual(Object.keys(created.body.batch).sort(), ['displayName', 'inputConfig']);
    const job = await compare(recorder, 'create', created, () => ai.batches.create({
        model: 'm-1', src: file.name, config: {displayName: created.body.batch.displayName}}), [], ids);

    await compare(recorder, 'list', pick(sent.run, 'GET', /^\/v1beta\/batches$/),
                  () => ai.batches.list({config: {pageSize: 100}}), [type]);
    const got = pick(sent.run, 'GET', /^\/v1beta\/batches\//);
    const done = await compare(recorder, 'get', got, () => ai.batches.get({name: got.path.slice('/v1beta/'.length)}), [type]);
    assert.equal(done.state, 'JOB_STATE_SUCCEEDED');
    const fetched = pick(sent.run, 'GET', /:download$/);
    await compare(recorder, 'results', fetched, () => ai.files.download({
        file: done.dest.fileName, downloadPath: path.join(folderFor(t), 'results.jsonl')}),
                  [type, `path: "${fetched.path.replace('/download', '')}" | "${fetched.path}"`]);

    const cancelled = pick(sent.cancel, 'POST', /:cancel$/);
    await compare(recorder, 'cancel', cancelled, () => ai.batches.cancel({name: job.name}), [],
                  {[job.name]: cancelled.path.slice('/v1beta/'.length, -':cancel'.length)});
    await compare(recorder, 'delete the input', pick(sent.run, 'DELETE', /^\/v1beta\/files\//),
                  () => ai.files.delete({name: file.name}), ['body: {} | null', type], ids);
    await compare(recorder, 'check of the key', pick(sent.doctor, 'GET', /^\/v1beta\/models$/),
                  () => ai.models.list({config: {pageSize: 1, queryBase: true}}), [type]);

    // A line of the file, and the same request as the SDK writes it inline.
    const [{key: lineKey, request}] = lines(bytes.body);
    recorder.requests.length = 0;
    await ai.batches.create({model: 'm-1', src: [{
        contents: [{role: 'user', parts: [{text: 'About one'}]}], metadata: {key: lineKey},
        config: {systemInstruction: 'You classify.', maxOutputTokens: 400, responseMimeType: 'application/json',
                 responseJsonSchema: request.generation_config.response_json_schema}}]});
    const [inline] = recorder.requests[0].body.batch.inputConfig.requests.requests;
    assert.deepEqual(inline.metadata, {key: lineKey});
    assert.equal(inline.request.systemInstruction.role, 'user', 'which a line of the program does not say');
    delete inline.request.systemInstruction.role;
    assert.deepEqual(camel(request), inline.request);
});
