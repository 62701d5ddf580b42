"""Trouble on the way: whatever stops a run leaves a job that the next run finishes, and pays nothing twice."""
import os
import signal
import subprocess
import unittest

from harness import Emulator, World, answer_table, numbered_rows


class Trouble(World):
    def small_job(self, rows=40, pack=4, more='batch_requests = 3'):
        self.write('in.csv', numbered_rows(rows))
        self.write('job.toml', answer_table(rows, pack, more))

    def finish(self, rows=40):
        report = self.run_json('run', self.folder / 'job.toml')
        self.assert_rows(report, total=rows, answered=rows)
        self.assertEqual(set(self.billed_by_row(r'row-\d{6}').values()), {1})
        self.assertEqual(len(self.run_json('status')['jobs']), 1)
        self.check_store()

    def test_an_unreachable_provider(self):
        self.configure('http://127.0.0.1:9/v1')
        self.small_job()
        run = self.start('run', self.folder / 'job.toml')
        with self.assertRaises(subprocess.TimeoutExpired):
            run.communicate(timeout=3)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=30)
        self.assertEqual(run.returncode, 130)
        self.start_emulator()
        self.finish()

    def test_a_wrong_key_holds_the_account_and_fails_no_row(self):
        self.start_emulator([{'fault': 'bad_key', 'key': 'sk-CANARY-0123456789abcdef'}])
        self.small_job()
        out, err = self.overnight('run', self.folder / 'job.toml', expect=75)
        self.assertIn('key', out + err)
        self.assertEqual(self.run_json('status', '1')['rows']['failed'], 0)
        _, err = self.overnight('run', self.folder / 'job.toml', env=self.environment(OPENAI_API_KEY='sk-a-better-key'),
                                expect=None)
        if self.last_code == 75:
            self.overnight('doctor', '--release', 'openai', expect=None)
        out, err = self.overnight('run', self.folder / 'job.toml',
                                  env=self.environment(OPENAI_API_KEY='sk-a-better-key'))
        self.assertEqual(set(self.billed_by_row(r'row-\d{6}').values()), {1})

    def test_ctrl_c_leaves_a_job_that_goes_on(self):
        self.start_emulator(speed=0.5)
        self.small_job()
        run = self.start('run', self.folder / 'job.toml')
        with self.assertRaises(subprocess.TimeoutExpired):
            run.communicate(timeout=1.5)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=30)
        self.assertEqual(run.returncode, 130)
        self.finish()

    def test_following_a_job_that_nobody_works_on_says_so(self):
        self.start_emulator(speed=10)
        self.small_job()
        self.overnight('submit', self.folder / 'job.toml')
        follow = self.start('status', '1', '--follow')
        with follow.stderr as said:
            self.assertTrue(any(b'nothing works on job 1 now; overnight run' in line for line in said))
            follow.send_signal(signal.SIGINT)
            self.assertEqual(follow.wait(timeout=30), 130)
        follow.stdout.close()
        self.finish()

    def test_an_output_folder_that_vanishes_keeps_the_answers(self):
        self.start_emulator(speed=1)
        self.small_job()
        recipe = (self.folder / 'job.toml').read_text().replace('"out.csv"', '"there/out.csv"')
        self.write('job.toml', recipe)
        (self.folder / 'there').mkdir()
        self.run_json('submit', self.folder / 'job.toml')
        (self.folder / 'there').rmdir()
        status = self.pass_until('merging')
        self.assertIn('there', status['note'])
        (self.folder / 'there').mkdir()
        self.finish()

    def test_an_input_that_changed_before_the_merge_is_told_and_nothing_is_lost(self):
        self.start_emulator()
        self.small_job()
        self.run_json('submit', self.folder / 'job.toml')
        self.write('in.csv', numbered_rows(40).replace('number 7', 'number seven'))
        status = self.pass_until('merging')
        self.assertIn('in.csv', status['note'])
        self.write('in.csv', numbered_rows(40))
        self.finish()

    def test_enqueued_token_limit_is_waited_for(self):
        self.start_emulator([{'fault': 'token_limit', 'model': 'gpt-6-luna', 'limit': 3000}])
        self.small_job(rows=60)
        report = self.run_json('run', self.folder / 'job.toml', timeout=400)
        self.assert_rows(report, total=60, answered=60)
        self.assertEqual(set(self.billed_by_row(r'row-\d{6}').values()), {1})

    def test_cancel_keeps_what_was_finished(self):
        self.start_emulator([{'fault': 'batch_time', 'batch': [2, 3, 4], 'seconds': 1000}])
        self.small_job()
        self.run_json('submit', self.folder / 'job.toml')
        for _ in range(200):
            self.overnight('pass')
            if self.run_json('status', '1')['rows']['answered'] == 12:
                break
        self.overnight('cancel', '1')
        self.pass_until('cancelled')
        self.overnight('results', '1', '-o', self.folder / 'partial.csv')
        table = self.table('partial.csv')
        self.assertEqual([r['id'] for r in table], [f'row-{i:06d}' for i in range(40)])
        answered = {r['id'] for r in table if r['summary']}
        self.assertGreaterEqual(len(answered), 12)
        self.assertLess(len(answered), 40)
        self.assertEqual(set(self.billed_by_row(r'row-\d{6}')), answered, 'billed and not kept, or kept and not billed')
        self.assertEqual(len(self.emulator.events('cancel')), 3)
        report = self.run_json('run', self.folder / 'job.toml')
        self.assert_rows(report, total=40, cached=len(answered), answered=40 - len(answered))
        self.assertEqual(set(self.billed_by_row(r'row-\d{6}').values()), {1})

    def test_messages_never_go_into_the_state_when_the_standard_streams_are_closed(self):
        self.start_emulator()
        self.small_job()
        run = subprocess.Popen(self.command('run', self.folder / 'job.toml'), env=self.environment(),
                               preexec_fn=lambda: os.closerange(0, 3))
        self.assertEqual(run.wait(timeout=120), 1, 'what should have gone to standard output was lost')
        self.assertEqual(self.run_json('status', '1')['state'], 'finished')
        for path in self.state.rglob('*'):
            if path.is_file():
                self.assertNotRegex(path.read_bytes(), rb'job 1: |overnight: ', str(path))
        self.check_store()

    def test_retry_sends_failed_rows_again(self):
        self.start_emulator([{'fault': 'poison', 'contains': 'row-000003', 'status': 400, 'code': 'bad'}])
        self.small_job(rows=8, pack=1)
        self.run_json('run', self.folder / 'job.toml', expect=3)
        self.emulator.stop()
        self.emulator = Emulator(self.folder / 'emulator', [])
        self.addCleanup(self.emulator.stop)
        self.configure(self.emulator.url + '/v1')
        self.overnight('retry', '1')
        self.assert_rows(self.pass_until('finished'), total=8, answered=8)
        self.assertEqual(set(self.billed_by_row(r'row-\d{6}').values()), {1}, 'more than the failed row was sent again')

    def test_a_key_in_an_echoed_error_is_not_kept(self):
        self.start_emulator([{'fault': 'echo_key', 'nth': [1], 'status': 400}])
        self.small_job(rows=4)
        out, err = self.overnight('run', self.folder / 'job.toml', expect=None)
        self.assert_faults_bit()
        self.check_no_key_in_files()
        self.assertNotIn('sk-CANARY', out + err)


if __name__ == '__main__':
    unittest.main()
