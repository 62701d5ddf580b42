// What the program sends for one job from upload to results, for a cancelled one and for a check of the key.
import assert from 'node:assert/strict';
import {Emulator, key, Program} from './world.mjs';
import {differences, Recorder} from './recorder.mjs';

/** The rows, and what is asked about each. */
const rows = 'id,text\n1,one\n2,two\n';

function recipe(kind, row, output) {
    return `[input]
file = "in.csv"
id = "id"
[model]
provider = "${kind}"
name = "m-1"
max_output_tokens = 400
[prompt]
instructions = "You classify."
row = "${row}"
[answer]
summary = "string"
level = ["low", "high"]
[output]
file = "${output}"
`;
}

/**
 * Runs a job, cancels another and checks the key, all through a recorder. Gives the emulator, the recorder, whose list is
 * empty again, and `sent`: the requests of each.
 */
export async function recordWork(t, {kind, path, keyVariable, settings = ''}) {
    // What comes after the first batch lasts longer than the test.
    const emulator = await Emulator.start(t, {speed: 20, faults: [{fault: 'batch_time', batch: [2, 3, 4], seconds: 80_000}]});
    const recorder = await Recorder.start(t, emulator.url);
    const program = new Program(t, kind, recorder.url + path, {keyVariable, settings});
    program.write('in.csv', rows);
    program.write('one.toml', recipe(kind, 'About {{text}}', 'one.csv'));
    program.write('two.toml', recipe(kind, 'More about {{text}}', 'two.csv'));
    const sent = {};
    const record = async (name, ...commands) => {
        for (const command of commands) await program.run(...command);
        sent[name] = recorder.requests.splice(0);
    };
    await record('run', ['run', 'one.toml']);
    await record('submit', ['submit', 'two.toml'], ['pass']);
    await record('cancel', ['cancel', '2'], ['pass']);
    await record('doctor', ['doctor', {expect: null}]);
    return {emulator, recorder, sent, key};
}

/** The first of `requests` with that method whose path matches; there must be one. */
export function pick(requests, method, pattern) {
    const found = requests.find(request => request.method === method && pattern.test(request.path));
    assert.ok(found, `the program sent no ${method} ${pattern}:\n${requests.map(r => `${r.method} ${r.path}`).join('\n')}`);
    return found;
}

/**
 * Lets an SDK act, and compares what it sends with the program's requests. `expected` is the whole list of differences:
 * one that is gone, or a new one, fails the test. Gives what `act` gives.
 */
export async function compare(recorder, what, ours, act, expected, ids = {}) {
    recorder.requests.length = 0;
    const answer = await act();
    const theirs = recorder.requests.splice(0);
    const list = [ours].flat();
    assert.equal(theirs.length, list.length, `${what}: the SDK sent ${theirs.map(r => `${r.method} ${r.path}`).join(', ')}`);
    const found = list.flatMap((request, i) => differences(theirs[i], request, ids));
    assert.deepEqual(found, expected, `${what}: differences as "SDK | program"`);
    return answer;
}
