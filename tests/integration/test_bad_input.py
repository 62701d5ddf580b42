"""FAULTS 2A, 2B and 2J: one clear message that names file, line or setting and what to do; the right exit code; no job
left behind and nothing sent."""
import csv
import os
import unittest

from harness import KEY, World, answer_table, numbered_rows


class BadInput(World):
    def setUp(self):
        super().setUp()
        self.start_emulator()
        self.write('in.csv', numbered_rows(3))
        self.write('job.toml', answer_table(3))

    def refuse(self, *words, arguments=('run', 'job.toml'), code=1, env=None):
        arguments = [self.folder / a if str(a).endswith(('.toml', '.jsonl')) else a for a in arguments]
        out, err = self.overnight(*arguments, expect=code, env=env)
        lines = [line for line in err.splitlines() if line.strip()]
        self.assertEqual(len(lines), 1, err)
        for word in words:
            self.assertIn(word, err)
        self.assertNotIn(KEY, out + err)
        self.nothing_was_sent()
        self.no_jobs()

    def refuse_input(self, content, *words):
        self.write('in.csv', content)
        self.refuse(*words)

    def refuse_recipe(self, old, new, *words, code=1):
        text = answer_table(3)
        self.assertIn(old, text)
        self.write('job.toml', text.replace(old, new, 1))
        self.refuse(*words, code=code)
        self.write('job.toml', text)

    # --- 2A
    def test_input_that_is_no_file(self):
        path = self.folder / 'in.csv'
        path.unlink()
        self.refuse('in.csv')
        path.mkdir()
        self.refuse('in.csv', 'folder')
        path.rmdir()
        os.mkfifo(path)
        self.refuse('in.csv')
        path.unlink()
        path.symlink_to('/dev/zero')
        self.refuse('in.csv')

    def test_input_without_rows(self):
        self.refuse_input('', 'in.csv')
        self.refuse_input('id,text\n', 'in.csv')

    def test_encodings(self):
        self.refuse_input(b'id,text\nrow-1,\xff\xfe\n', 'in.csv', 'line 2')
        self.refuse_input('id,text\na,b\n'.encode('utf-16'), 'UTF-16')

    def test_csv_that_is_not_csv(self):
        self.refuse_input('id,text\nrow-1,a,b\n', 'in.csv', 'line 2')
        self.refuse_input('id,text\nrow-1\n', 'in.csv', 'line 2')
        self.refuse_input('id,text\nrow-1,"open\n', 'in.csv')
        self.refuse_input('id,text\nrow-1,a"b\n', 'in.csv', 'line 2')
        self.refuse_input('id;text\nrow-1;a\n', 'in.csv')
        self.refuse_input('id,id,text\na,b,c\n', 'in.csv', 'id')

    def test_a_line_over_the_cap(self):
        self.refuse_input('id,text\nrow-1,"' + 'x' * (17 << 20) + '"\n', 'in.csv', 'line 2')

    def test_a_column_that_the_answer_would_hide(self):
        self.refuse_input('id,text,summary\na,b,c\n', 'summary')

    def test_a_row_whose_prompt_is_empty(self):
        self.write('in.csv', numbered_rows(1))
        self.refuse_recipe('row = "{{id}}: {{text}}"', 'row = "{{^text}}x{{/text}}"', 'in.csv', 'prompt is empty')

    # --- 2B and 2J: the recipe
    def bad_rows(self):
        """Rows 3 and 6 render to nothing."""
        texts = [f'text number {i}' for i in range(8)]
        texts[3] = texts[6] = ''
        self.write('in.csv', 'id,text\n' + ''.join(f'row-{i:06d},"{text}"\n' for i, text in enumerate(texts)))
        self.write('job.toml', answer_table(3).replace('row = "{{id}}: {{text}}"', 'row = "{{#text}}{{id}}: {{text}}{{/text}}"'))

    def test_every_bad_row_is_named_at_once(self):
        self.bad_rows()
        _, err = self.overnight('run', self.folder / 'job.toml', expect=1)
        self.assertRegex(err, r'line 5: row 3: its prompt is empty.*\n.*line 8: row 6: its prompt is empty')
        self.assertIn('--skip-bad', err)
        self.nothing_was_sent()
        self.no_jobs()

    def test_skip_bad_sends_the_other_rows(self):
        self.bad_rows()
        planned = self.run_json('plan', self.folder / 'job.toml', '--skip-bad')
        self.assertEqual((planned['rows']['failed'], planned['rows']['total']), (2, 8))
        report = self.run_json('run', self.folder / 'job.toml', '--skip-bad', expect=3)
        self.assert_rows(report, total=8, answered=6, failed=2)
        rows = self.table(self.folder / 'out.csv')
        self.assertEqual([i for i, row in enumerate(rows) if row['_status'] == 'failed'], [3, 6])
        self.assertIn('prompt is empty', rows[3]['_error'])
        self.assertEqual([e['row'] for e in self.run_json('errors', '1')['errors']], [3, 6])
        self.assertEqual(set(self.billed_by_row(r'row-\d{6}').values()), {1})
        out, _ = self.overnight('retry', '1')
        self.assertIn('its failed rows were never sent; mend them in the input', out)
        self.check_store()

    def test_a_row_too_long_for_a_request_does_not_keep_the_others_from_being_sent(self):
        self.write('in.csv', 'id,text\nrow-000000,short\nrow-000001,' + 'long ' * 1_700_000 + '\nrow-000002,short too\n')
        _, err = self.overnight('run', self.folder / 'job.toml', expect=3)
        self.assertIn('1 row is not sent and will stand as failed in the output; the first: ', err)
        self.assertIn('in.csv: row 1 (line 3): the rendered text is larger than 4 MiB', err)
        before = csv.field_size_limit(1 << 24)
        self.addCleanup(csv.field_size_limit, before)
        rows = self.table(self.folder / 'out.csv')
        self.assertEqual([row['_status'] for row in rows], ['answered', 'failed', 'answered'])
        self.assertEqual(self.billed_by_row(r'row-\d{6}'), {'row-000000': 1, 'row-000002': 1})
        self.check_store()

    def test_a_row_that_is_long_and_bad_is_set_aside_only_when_asked(self):
        self.write('job.toml', answer_table(3, output='out.jsonl').replace('in.csv', 'in.jsonl'))
        self.write('in.jsonl', '{"id":1,"text":"a"}\n{"id":2,"other":"' + 'y' * 5_000_000 + '"}\n')
        self.refuse('line 2', "has no 'text'", '--skip-bad')
        report = self.run_json('run', self.folder / 'job.toml', '--skip-bad', expect=3)
        self.assert_rows(report, answered=1, failed=1)

    def test_a_row_that_its_template_makes_too_long_is_one_row_too(self):
        self.write('job.toml', answer_table(3).replace('{{id}}: {{text}}', '{{text}} {{text}}'))
        self.write('in.csv', 'id,text\nrow-000000,short\nrow-000001,' + 'long ' * 500_000 + '\n')
        report = self.run_json('run', self.folder / 'job.toml', expect=3)
        self.assert_rows(report, answered=1, failed=1)

    def test_a_table_of_which_no_row_can_be_sent_is_refused(self):
        self.write('in.csv', numbered_rows(3))
        self.write('job.toml', answer_table(3).replace('row = "{{id}}: {{text}}"', 'row = "{{^text}}x{{/text}}"'))
        self.refuse('no row can be sent', 'line 2: row 0', arguments=('run', 'job.toml', '--skip-bad'))

    def test_skip_bad_is_for_recipes(self):
        self.write('requests.jsonl', '{}\n')
        self.refuse('--skip-bad', arguments=('run', 'requests.jsonl', '--skip-bad'))

    def test_every_bad_request_is_named_at_once(self):
        self.write('requests.jsonl', '{}\n{"custom_id":"a"}\n')
        _, err = self.overnight('run', self.folder / 'requests.jsonl', expect=1)
        self.assertRegex(err, r'line 1: .*\n  .*line 2: ')
        self.nothing_was_sent()
        self.no_jobs()

    def test_recipe_errors_name_line_and_key(self):
        self.refuse_recipe('[pack]\nrows', '[pack]\nrowz', 'job.toml:', 'rowz', 'rows')
        self.refuse_recipe('[pack]', '[pakc]', 'job.toml:', 'pakc', 'pack')
        self.refuse_recipe('rows = 1', 'rows = 0', 'job.toml:', 'rows')
        self.refuse_recipe('rows = 1', 'rows = "many"', 'job.toml:', 'rows')
        self.refuse_recipe('summary = "string"', 'summary = "strin"', 'job.toml:', 'string')
        self.refuse_recipe('name = "gpt-6-luna"', '', 'name')
        self.refuse_recipe('{{text}}', '{{txet}}', 'txet', 'text')
        self.refuse_recipe('{{text}}', '{{text', 'job.toml')
        self.refuse_recipe('[answer]', '[answer', 'job.toml:')
        self.refuse_recipe('max_output_tokens = 400', 'parameters = { stream = true }', 'stream')
        self.refuse_recipe('[model]', '[model]\nendpoint = "/v1/chat/completion"', '/v1/chat/completions')
        self.refuse_recipe('attempts = 3', 'attempts = -1', 'job.toml:', 'attempts')
        self.refuse_recipe('"out.csv"', '"out.xlsx"', 'out.xlsx')
        self.refuse_recipe('"out.csv"', '"nowhere/out.csv"', 'nowhere')

    def test_an_id_that_is_no_column(self):
        self.write('job.toml', answer_table(1).replace('id = "id"', 'id = "idd"'))
        self.write('in.csv', numbered_rows(2))
        _, err = self.overnight('plan', self.folder / 'job.toml', expect=1)
        self.assertIn("did you mean \"id\"", err)

    def test_a_section_that_names_no_column(self):
        self.write('job.toml', answer_table(1).replace('{{text}}', '{{#txet}}x{{/txet}}{{text}}'))
        self.write('in.csv', numbered_rows(2))
        _, err = self.overnight('plan', self.folder / 'job.toml', expect=1)
        self.assertIn('txet', err)

    def test_a_later_object_with_a_name_of_the_answers(self):
        self.write('job.toml', answer_table(1, output='out.jsonl').replace('in.csv', 'in.jsonl'))
        self.write('in.jsonl', '{"id":1,"text":"a"}\n{"id":2,"text":"b","summary":"mine"}\n')
        _, err = self.overnight('plan', self.folder / 'job.toml', expect=1)
        self.assertIn('line 2', err)
        self.assertIn('summary', err)

    def test_an_output_that_is_the_input(self):
        before = (self.folder / 'in.csv').read_bytes()
        self.refuse('is the input', arguments=('run', 'job.toml', '-o', self.folder / 'in.csv'))
        self.refuse_recipe('"out.csv"', '"in.csv"', 'job.toml:', 'is the input')
        self.overnight('run', self.folder / 'job.toml')
        _, err = self.overnight('results', '1', '-o', self.folder / 'in.csv', expect=1)
        self.assertIn('is the input', err)
        self.assertEqual((self.folder / 'in.csv').read_bytes(), before)

    def test_recipe_that_is_not_there(self):
        self.refuse('gone.toml', arguments=('run', 'gone.toml'))

    # --- 2J: configuration and keys
    def test_configuration_errors(self):
        path = self.folder / 'config.toml'
        good = path.read_text()
        for old, new, words in [
            ('poll', 'pol', ('config.toml:', 'poll')),
            ('"100ms"', '"fast"', ('config.toml:', 'poll')),
            ('"100ms"', '-1', ('config.toml:', 'poll')),
            ('http://127.0.0.1', 'http://example.com', ('https',)),
            ('http://', 'ftp://', ('base_url',)),
        ]:
            with self.subTest(new=new):
                path.write_text(good.replace(old, new, 1))
                out, err = self.overnight('run', self.folder / 'job.toml', expect=78)
                for word in words:
                    self.assertIn(word, err)
                path.write_text(good)
        self.nothing_was_sent()
        self.no_jobs()

    def test_keys(self):
        self.refuse('OPENAI_API_KEY', code=78, env=self.environment(OPENAI_API_KEY=None))
        self.refuse('OPENAI_API_KEY', code=78, env=self.environment(OPENAI_API_KEY=''))
        config = self.folder / 'config.toml'
        good = config.read_text()
        key_file = self.folder / 'key'
        config.write_text(good + f'key_file = "{key_file}"\n')
        for content, mode in [(b'', 0o600), (b'\xef\xbb\xbfsk-abcdefgh', 0o600), (b'sk-1\r\n', 0o600),
                              (b'sk-abcdefgh\n', 0o644), (b'x' * (1 << 20), 0o600)]:
            with self.subTest(content=content[:12], mode=mode):
                key_file.write_bytes(content)
                key_file.chmod(mode)
                _, err = self.overnight('run', self.folder / 'job.toml', expect=78)
                self.assertIn(str(key_file), err)
        key_file.unlink()
        real = self.write('real', 'sk-abcdefgh\n')
        real.chmod(0o600)
        key_file.symlink_to(real)
        self.overnight('run', self.folder / 'job.toml', expect=78)
        key_file.unlink()
        self.overnight('run', self.folder / 'job.toml', expect=78)
        real.rename(key_file)
        self.overnight('run', self.folder / 'job.toml', expect=0)

    def test_wrong_usage(self):
        for arguments in [(), ('rnu',), ('run',), ('run', 'a', 'b'), ('status', '--frobnicate')]:
            self.overnight(*arguments, expect=2)

    def test_an_open_state_directory_is_refused(self):
        self.state.mkdir(mode=0o755)
        self.state.chmod(0o755)
        _, err = self.overnight('run', self.folder / 'job.toml', expect=78)
        self.assertIn('chmod', err)

    def test_a_changed_recipe_beside_an_unfinished_job_names_both_ways_out(self):
        submitted = self.run_json('submit', self.folder / 'job.toml')
        self.write('job.toml', answer_table(3).replace('You classify.', 'You judge.'))
        _, err = self.overnight('run', self.folder / 'job.toml', expect=1)
        self.assertIn('cancel', err)
        self.assertEqual(len(self.run_json('status')['jobs']), 1)
        self.overnight('cancel', str(submitted['job']))


if __name__ == '__main__':
    unittest.main()
