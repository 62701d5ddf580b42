"""10,000 rows through a provider that fails in every way at once: each row is answered once or failed with its reason,
nothing answered is sent again, and no row is billed twice but for resubmissions that were written down."""
import collections
import unittest

from harness import World, answer_table, numbered_rows

ROWS = 10_000
POISON = {123, 4_567, 9_999}

FAULTS = [
    # lines
    {'fault': 'poison', 'contains': 'POISON', 'status': 400, 'code': 'context_length_exceeded',
     'message': 'maximum context length exceeded'},
    {'fault': 'line_error', 'status': 429, 'code': 'rate_limit_exceeded', 'fraction': 0.04, 'seed': 1, 'tries': 1},
    {'fault': 'line_error', 'status': 500, 'fraction': 0.04, 'seed': 2, 'tries': 1},
    {'fault': 'line_error', 'status': 0, 'fraction': 0.04, 'seed': 3, 'tries': 1},
    {'fault': 'line_error', 'status': 400, 'code': 'invalid_request_error', 'fraction': 0.02, 'seed': 4, 'tries': 1},
    {'fault': 'missing_rows', 'fraction': 0.05, 'seed': 5, 'rows_fraction': 0.4, 'tries': 1},
    {'fault': 'bad_rows', 'fraction': 0.03, 'seed': 6, 'rows_fraction': 0.4, 'tries': 1},
    {'fault': 'invalid_json', 'fraction': 0.02, 'seed': 7, 'tries': 1},
    {'fault': 'finish', 'reason': 'length', 'fraction': 0.02, 'seed': 8, 'tries': 1},
    # batches, in the order of their creation
    {'fault': 'expire', 'batch': 2, 'done': 0.5},
    {'fault': 'self_cancel', 'batch': 3, 'done': 0.5},
    {'fault': 'all_failed', 'batch': 4, 'status': 500},
    {'fault': 'shuffle'},
    {'fault': 'duplicate_lines', 'batch': 5, 'lines': 0.5},
    {'fault': 'duplicate_lines', 'batch': 6, 'lines': 0.5, 'body': 'different'},
    {'fault': 'unknown_lines', 'batch': 6, 'count': 4},
    {'fault': 'drop_lines', 'batch': 7, 'lines': [10, 20, 30]},
    {'fault': 'corrupt_line', 'batch': 8, 'lines': [5, 6]},
    # requests
    {'fault': 'apply_then_drop', 'nth': [3]},
    {'fault': 'drop', 'nth': [6]},
    {'fault': 'apply_then_5xx', 'nth': [9], 'status': 502},
    {'fault': 'truncate', 'nth': [2, 5]},
    {'fault': 'http', 'route': 'GET /v1/batches', 'status': 503, 'nth': [2, 3]},
]


def write_job(world, rows=ROWS, batch=200, provider='openai', attempts=4):
    text = lambda i: f'POISON {i}' if i in POISON else f'text number {i}'
    world.write('in.csv', numbered_rows(rows, text))
    world.write('job.toml', answer_table(rows, pack=5, more=f'batch_requests = {batch}', attempts=attempts,
                                          provider=provider))


def check_end(world, rows=ROWS, reason='context_length_exceeded'):
    """What must hold however the run went."""
    table = world.table('out.csv')
    world.assertEqual([r['id'] for r in table], [f'row-{i:06d}' for i in range(rows)])
    poison = {i for i in POISON if i < rows}
    failed = {int(r['id'][4:]): r for r in table if r['_status'] == 'failed'}
    world.assertEqual(set(failed), poison, {i: r['_error'] for i, r in failed.items()})
    for row in failed.values():
        world.assertIn(reason, row['_error'])
        world.assertEqual(row['summary'], '')
    answered = [r for r in table if r['_status'] == 'answered']
    world.assertEqual(len(answered), rows - len(poison))
    world.assertTrue(all(r['summary'] and r['level'] in ('low', 'high') for r in answered))

    jobs = world.run_json('status')['jobs']
    world.assertEqual(len(jobs), 1, 'the run was doubled')
    resent = collections.Counter(
        f'row-{e["row"]:06d}' for e in world.run_json('errors', '1', '--resent')['resent'])
    billed = world.billed_by_row(r'row-\d{6}')
    over = {row: (n, resent[row]) for row, n in billed.items() if n > 1 + resent[row]}
    world.assertEqual(over, {}, 'billed more often than once and for each recorded resubmission')
    world.assertGreaterEqual(len(billed), rows - len(poison))
    tags = collections.Counter(e['tag'] for e in world.creates() if e['tag'] is not None)
    world.assertEqual({t: n for t, n in tags.items() if n != 1}, {}, 'one intent made two batches')
    world.check_store()
    return resent


class MixedFaults(World):
    def test_ten_thousand_rows_end_answered_once_or_failed_with_their_reason(self):
        self.start_emulator(FAULTS)
        write_job(self)
        report = self.run_json('run', self.folder / 'job.toml', expect=3, timeout=400)
        self.assertEqual(report['state'], 'finished')
        self.assert_rows(report, total=ROWS, answered=ROWS - len(POISON), failed=len(POISON))
        resent = check_end(self)
        self.assertGreater(len(resent), 1000, 'the faults did not bite')
        self.assert_faults_bit()

        sent = len(self.creates())
        again = self.run_json('run', self.folder / 'job.toml', expect=3, timeout=400)
        self.assert_rows(again, total=ROWS, cached=ROWS - len(POISON), failed=len(POISON))
        self.assertLessEqual(again['requests'], 6, 'one pack of three poison rows, and its parts')
        self.assertGreater(len(self.creates()), sent)


if __name__ == '__main__':
    unittest.main()
