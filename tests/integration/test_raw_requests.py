"""REQUESTS.jsonl: a file in the provider's own batch format, of any size, comes back in its order under its own ids."""
import json
import unittest

from harness import World


def line(custom_id, text, **body):
    return json.dumps({'custom_id': custom_id, 'method': 'POST', 'url': '/v1/chat/completions',
                       'body': {'model': 'gpt-6-luna', 'messages': [{'role': 'user', 'content': text}], **body}})


class RawRequests(World):
    def results(self):
        return [json.loads(text) for text in (self.folder / 'requests.results.jsonl').read_text().splitlines()]

    def run_requests(self, lines, **options):
        self.write('requests.jsonl', '\n'.join(lines) + '\n')
        return self.run_json('run', self.folder / 'requests.jsonl', **options)

    def test_results_stand_in_the_order_of_the_requests_under_the_users_ids(self):
        self.start_emulator([{'fault': 'shuffle'}])
        ids = ['b', 'a', 'with "quotes"', 'ünï', 'a', '../../etc/passwd']  # duplicates are ours to tell apart
        report = self.run_requests([line(i, f'question {n}') for n, i in enumerate(ids)])
        self.assert_rows(report, total=6, answered=6)
        results = self.results()
        self.assertEqual([r['custom_id'] for r in results], ids)
        for result in results:
            self.assertEqual(result['response']['status_code'], 200)
            self.assertEqual(result['response']['body']['object'], 'chat.completion')
        self.assert_faults_bit()

    def test_equal_requests_are_two_requests_and_both_come_from_the_cache_the_next_time(self):
        self.start_emulator()
        lines = [line('x', 'same'), line('y', 'same'), line('z', 'other')]
        first = self.run_requests(lines)
        self.assertEqual(first['requests'], 3)
        again = self.run_requests(lines)
        self.assert_rows(again, total=3, cached=3)
        self.assertEqual([r['custom_id'] for r in self.results()], ['x', 'y', 'z'])

    def test_a_request_that_fails_for_good_has_a_line_too(self):
        self.start_emulator([{'fault': 'poison', 'contains': 'POISON', 'status': 400, 'code': 'bad', 'message': 'no'},
                             {'fault': 'line_error', 'status': 500, 'contains': 'weak', 'tries': 1}])
        report = self.run_requests([line('1', 'good'), line('2', 'POISON'), line('3', 'weak')], expect=3)
        self.assert_rows(report, total=3, answered=2, failed=1)
        results = self.results()
        self.assertEqual([r['custom_id'] for r in results], ['1', '2', '3'])
        self.assertIsNone(results[1]['response'])
        self.assertEqual(results[1]['error']['code'], 'permanent')
        self.assertEqual(results[2]['response']['status_code'], 200)
        self.assert_faults_bit()

    def test_bodies_travel_byte_for_byte(self):
        self.start_emulator()
        odd = ('{"custom_id":"k","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-6-luna",'
               '"seed": 1.50 ,"messages":[{"role":"user","content":"a\\u00e4\\/"}]}}')
        self.run_requests([odd])
        sent = next(iter(self.spool_lines().values()))
        self.assertIn('{"model":"gpt-6-luna","seed": 1.50 ,"messages":[{"role":"user","content":"a\\u00e4\\/"}]}', sent)

    def test_bad_lines_are_named_and_nothing_is_sent(self):
        self.start_emulator()
        good = line('a', 'x')
        cases = [
            ('{"custom_id":"a"}', 'method'),
            ('not json', 'JSON'),
            (line('b', 'x').replace('/v1/chat', 'v1/chat'), '/v1/chat/completions'),
            (line('b', 'x', stream=True), 'stream'),
            (line('b', 'x').replace('gpt-6-luna', 'other'), 'model'),
            (line('b', 'x').replace('"POST"', '"GET"'), 'POST'),
        ]
        for bad, word in cases:
            with self.subTest(bad=bad):
                self.write('requests.jsonl', good + '\n' + bad + '\n')
                _, err = self.overnight('run', self.folder / 'requests.jsonl', expect=1)
                self.assertIn('requests.jsonl, line 2', err)
                self.assertIn(word, err)
        self.nothing_was_sent()
        self.no_jobs()


if __name__ == '__main__':
    unittest.main()
