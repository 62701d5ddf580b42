"""What providers were seen to do around a create and a download: each ends with every row billed once."""
import collections
import subprocess
import unittest

from harness import World, answer_table, numbered_rows


class ProviderOddities(World):
    def job(self, rows=20, more=''):
        self.write('in.csv', numbered_rows(rows))
        self.write('job.toml', answer_table(rows, 1, more))

    def run_to_the_end(self, faults, rows=20, more='', speed=20, billed=1):
        self.start_emulator(faults, speed=speed)
        self.job(rows, more)
        report = self.run_json('run', self.folder / 'job.toml', timeout=100)
        self.assert_rows(report, total=rows, answered=rows)
        counts = collections.Counter(self.billed_by_row(r'row-\d{6}').values())
        self.assertEqual(counts, {billed: rows})
        self.assert_faults_bit()
        self.check_store()

    def test_a_create_that_is_refused_a_dozen_times(self):
        self.run_to_the_end([{'fault': 'rate_limit', 'route': 'POST /v1/batches', 'times': 12, 'retry_after': 0}])
        uploads, deletes = len(self.emulator.events('upload')), len(self.emulator.events('delete'))
        self.assertEqual(uploads, 13)
        self.assertGreaterEqual(deletes, 12, 'uploads of refused creates are left at the provider')

    def test_a_download_that_was_corrupted_is_fetched_again_and_not_paid_again(self):
        self.run_to_the_end([{'fault': 'corrupt_content', 'times': 1}])

    def test_a_result_file_of_another_batch_is_not_taken_for_missing_lines(self):
        self.run_to_the_end([{'fault': 'swap_results', 'nth': 2}], more='batch_requests = 10')

    def test_a_create_that_was_lost_is_made_again_behind_the_fence(self):
        self.run_to_the_end([{'fault': 'drop', 'times': 1, 'route': 'POST /v1/batches'}])

    def test_a_lost_reply_to_the_fences_own_delete(self):
        self.run_to_the_end([{'fault': 'drop', 'times': 1, 'route': 'POST /v1/batches'},
                             {'fault': 'apply_then_5xx', 'times': 1, 'route': 'DELETE /v1/files/{id}'}])

    def test_a_create_applied_late_is_found(self):
        self.run_to_the_end([{'fault': 'late_apply', 'nth': 1, 'seconds': 3}])

    def test_a_reply_that_names_another_batch(self):
        self.run_to_the_end([{'fault': 'bad_id', 'as': 'other', 'nth': 2}], more='batch_requests = 10', speed=5)

    def test_lists_that_lie(self):
        self.run_to_the_end([{'fault': 'apply_then_drop', 'nth': 1},
                             {'fault': 'list_empty', 'nth': [1, 2]}, {'fault': 'list_dup', 'nth': 3},
                             {'fault': 'http', 'status': 500, 'route': 'GET /v1/batches', 'nth': [4, 5]}])

    def test_a_list_that_never_works(self):
        self.run_to_the_end([{'fault': 'http', 'status': 500, 'route': 'GET /v1/batches'}])

    def test_a_batch_that_is_not_found_at_first(self):
        self.run_to_the_end([{'fault': 'batch_hidden', 'seconds': 3}, {'fault': 'list_lag', 'seconds': 3}])

    def test_files_that_come_late_and_ids_that_are_empty(self):
        self.run_to_the_end([{'fault': 'files_late', 'seconds': 10}, {'fault': 'empty_ids', 'as': ''}])

    def test_a_file_that_is_not_found_right_after_its_upload(self):
        self.run_to_the_end([{'fault': 'file_missing', 'nth': 1}])

    def test_a_batch_made_twice_is_cancelled_and_told(self):
        self.start_emulator([{'fault': 'dup_apply', 'times': 1}, {'fault': 'batch_time', 'seconds': 30}], speed=5)
        self.job()
        self.overnight('run', self.folder / 'job.toml', expect=None, timeout=100)
        self.assertEqual(len(self.emulator.events('cancel')), 1)
        out, _ = self.overnight('doctor', '--offline', expect=None)
        self.assertIn('twice', out)

    def test_a_key_that_is_refused_while_a_create_is_in_doubt(self):
        self.start_emulator([{'fault': 'drop', 'times': 1, 'route': 'POST /v1/batches'},
                             {'fault': 'http', 'status': 401, 'code': 'invalid_api_key', 'route': 'GET /v1/batches'}])
        self.job()
        out, err = self.overnight('run', self.folder / 'job.toml', expect=75, timeout=60)
        self.assertIn('key', out + err)

    def test_a_base_url_without_its_path_is_named(self):
        self.start_emulator()
        self.configure(self.emulator.url)
        self.job()
        out, err = self.overnight('run', self.folder / 'job.toml', expect=75, timeout=60)
        self.assertIn('base_url', out + err)

    def test_a_result_file_that_vanished_from_the_spool_is_fetched_again(self):
        self.start_emulator()
        self.job()
        self.run_json('submit', self.folder / 'job.toml')
        for _ in range(200):
            self.overnight('pass', 'submit')
            self.overnight('pass', 'poll')
            results = list(self.state.glob('**/*.output.jsonl'))
            if results:
                break
        results[0].unlink()
        self.assert_rows(self.pass_until('finished'), total=20, answered=20)
        self.assertEqual(set(self.billed_by_row(r'row-\d{6}').values()), {1})

    def test_a_state_set_back_in_place_finds_the_batch_it_forgot(self):
        # What a snapshot of the machine does: the same files with the same inodes, and older bytes.
        self.start_emulator(speed=5)
        self.job()
        self.run_json('submit', self.folder / 'job.toml')
        before = {path: path.read_bytes() for path in self.state.rglob('*') if path.is_file()}
        self.overnight('pass', 'submit')
        self.assertEqual(len(self.creates()), 1)
        for path in self.state.rglob('*'):
            if path.is_file() and path not in before:
                path.unlink()
        for path, content in before.items():
            with open(path, 'r+b' if path.exists() else 'wb') as file:
                file.write(content)
                file.truncate()
        self.assert_rows(self.pass_until('finished'), total=20, answered=20)
        self.assertEqual(len(self.creates()), 1, 'the forgotten batch was made again')
        self.assertEqual(set(self.billed_by_row(r'row-\d{6}').values()), {1})

    def test_a_single_request_over_the_token_limit_fails_with_the_providers_words(self):
        self.start_emulator([{'fault': 'token_limit', 'limit': 10}])
        self.job(rows=1)
        report = self.run_json('run', self.folder / 'job.toml', expect=3, timeout=60)
        self.assert_rows(report, total=1, failed=1)
        self.assertIn('enqueued', self.table('out.csv')[0]['_error'].lower())
        self.assertEqual(self.emulator.events('billed'), [])

    def test_validation_that_fails(self):
        self.start_emulator([{'fault': 'validate_fail', 'code': 'model_not_found', 'message': 'no such model',
                              'batch': 1}])
        self.job(rows=5)
        report = self.run_json('run', self.folder / 'job.toml', expect=3)
        self.assert_rows(report, total=5, failed=5)
        self.assertIn('model_not_found', self.table('out.csv')[0]['_error'])
        self.assertEqual(self.emulator.events('billed'), [])

    def test_the_daemon_survives_a_hold(self):
        self.start_emulator([{'fault': 'http', 'status': 401, 'code': 'invalid_api_key', 'route': 'GET /v1/batches'}])
        self.job()
        self.run_json('submit', self.folder / 'job.toml')
        daemon = self.start('daemon')
        with self.assertRaises(subprocess.TimeoutExpired):
            daemon.communicate(timeout=5)
        daemon.terminate()
        _, err = daemon.communicate(timeout=30)
        self.assertEqual(daemon.returncode, 0)
        self.assertIn('is held', err.decode())


if __name__ == '__main__':
    unittest.main()
