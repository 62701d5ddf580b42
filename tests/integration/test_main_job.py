"""The main job: a table in, the table with answers out, at one request a pack."""
import csv
import io
import unittest

from harness import World, answer_table, numbered_rows


class MainJob(World):
    def plan_files(self, rows=150, pack=20):
        self.write('in.csv', numbered_rows(rows))
        self.write('job.toml', answer_table(rows, pack))

    def test_150_rows_in_8_requests_and_none_the_second_time(self):
        self.start_emulator()
        self.plan_files()
        first = self.run_json('run', self.folder / 'job.toml')
        self.assertEqual(first['state'], 'finished')
        self.assert_rows(first, total=150, answered=150)
        self.assertEqual((first['requests'], first['batches'], first['attempts']), (8, 1, 1))
        self.assertGreater(first['tokens']['input'], 0)
        self.assertEqual(len(self.emulator.events('billed')), 8)
        table = self.table('out.csv')
        self.assertEqual([r['id'] for r in table], [f'row-{i:06d}' for i in range(150)])
        self.assertEqual({r['_status'] for r in table}, {'answered'})
        self.assertEqual({r['level'] for r in table} - {'low', 'high'}, set())
        self.assertTrue(all(r['summary'] for r in table))

        sent = len(self.emulator.events('request'))
        second = self.run_json('run', self.folder / 'job.toml')
        self.assertEqual(second['rows']['cached'], 150)
        self.assertEqual(second['requests'], 0)
        self.assertEqual(len(self.emulator.events('request')), sent, 'the rerun spoke to the provider')
        again = self.table('out.csv')
        self.assertEqual([{**r, '_status': 'answered'} for r in again], table)
        self.check_store()
        self.check_no_key_in_files()

    def test_only_new_and_changed_rows_are_sent_the_next_night(self):
        self.start_emulator()
        self.plan_files(60, 10)
        self.run_json('run', self.folder / 'job.toml')
        rows = numbered_rows(60).splitlines()
        rows[5] = 'row-000004,"changed"'
        rows.append('row-000060,"new"')
        self.write('in.csv', '\n'.join(rows))
        second = self.run_json('run', self.folder / 'job.toml')
        self.assert_rows(second, total=61, answered=2, cached=59)
        self.assertEqual(second['requests'], 1)

    def test_equal_rows_are_sent_once(self):
        self.start_emulator()
        self.write('in.csv', 'id,text\n' + 'a,same\n' * 10 + 'b,other\n')
        self.write('job.toml', answer_table(11, 1))
        done = self.run_json('run', self.folder / 'job.toml')
        self.assertEqual(done['requests'], 2)
        self.assertEqual(done['rows']['answered'], 11)
        self.assertEqual(len({r['summary'] for r in self.table('out.csv')[:10]}), 1)

    def test_a_plan_sends_nothing_and_keeps_nothing(self):
        self.start_emulator()
        self.plan_files()
        plan = self.run_json('plan', self.folder / 'job.toml')
        self.assertEqual(plan['rows']['total'], 150)
        self.assertEqual(plan['requests'], 8)
        self.nothing_was_sent()
        self.no_jobs()

    def test_the_users_own_columns_come_back_byte_for_byte(self):
        self.start_emulator()
        nasty = ['=1+1', '+49', ' lead', 'quo"te', 'com,ma', 'line\nbreak', 'ünï', '@x', '-5', "'", '']
        text = io.StringIO()
        writer = csv.writer(text, lineterminator='\r\n')
        writer.writerow(['id', 'text'])
        writer.writerows([[f'n{i}', v] for i, v in enumerate(nasty)])
        self.write('in.csv', '\ufeff' + text.getvalue())
        self.write('job.toml', answer_table(len(nasty), 4))
        self.run_json('run', self.folder / 'job.toml')
        self.assertEqual([r['text'] for r in self.table('out.csv')], nasty)

    def test_jsonl_in_jsonl_out_through_standard_input(self):
        self.start_emulator()
        self.write('job.toml', answer_table(0, 2, output='out.jsonl').replace('"in.csv"', '"-"'))
        lines = b'{"id":"x","text":"one","n":1.50}\n\n{"id":"y","text":"two","n":null}'
        self.overnight('run', self.folder / 'job.toml', stdin=lines)
        out = (self.folder / 'out.jsonl').read_text().splitlines()
        self.assertEqual(len(out), 2)
        self.assertTrue(out[0].startswith('{"id":"x","text":"one","n":1.50,'), out[0])

    def test_a_submitted_job_is_done_by_passes(self):
        self.start_emulator()
        self.plan_files(30, 10)
        submitted = self.run_json('submit', self.folder / 'job.toml')
        self.nothing_was_sent()
        job = str(submitted['job'])
        self.pass_until('finished', job)
        self.assertEqual(len(self.table('out.csv')), 30)
        self.assertEqual(len(self.creates()), 1)

    def test_a_recipe_that_is_started_twice_is_one_job(self):
        self.start_emulator(speed=2)
        self.plan_files(40, 10)
        runs = [self.start('run', self.folder / 'job.toml') for _ in range(3)]
        for run in runs:
            _, err = run.communicate(timeout=120)
            self.assertEqual(run.returncode, 0, err.decode())
        billed = self.billed_by_row(r'row-\d{6}')
        self.assertEqual(set(billed.values()), {1}, 'a row was billed twice')
        self.assertEqual(len(billed), 40)


if __name__ == '__main__':
    unittest.main()
