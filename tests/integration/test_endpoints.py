"""Every endpoint that a recipe may name."""
import json
import unittest

from harness import World, answer_table, numbered_rows


class Endpoints(World):
    def test_responses(self):
        self.start_emulator([{'fault': 'line_error', 'status': 500, 'fraction': 0.3, 'tries': 1}])
        self.write('in.csv', numbered_rows(60))
        recipe = answer_table(60, 5).replace('max_completion_tokens', 'max_output_tokens')
        self.write('job.toml', recipe.replace('[model]', '[model]\nendpoint = "/v1/responses"'))
        report = self.run_json('run', self.folder / 'job.toml')
        self.assert_rows(report, total=60, answered=60)
        self.assertEqual(len(self.table('out.csv')), 60)
        self.assert_faults_bit()

    def test_embeddings_are_matched_by_index_and_come_out_as_arrays(self):
        self.start_emulator([{'fault': 'line_error', 'status': 500, 'fraction': 0.3, 'tries': 1}, {'fault': 'shuffle'}])
        self.write('in.csv', numbered_rows(300, lambda i: f'about topic {i % 7}'))
        self.write('job.toml', '''[input]
file = "in.csv"
[model]
name = "text-embedding-3-small"
endpoint = "/v1/embeddings"
parameters = { dimensions = 16 }
[prompt]
row = "{{text}}"
[pack]
rows = 3
[output]
file = "out.jsonl"
''')
        report = self.run_json('run', self.folder / 'job.toml')
        self.assert_rows(report, total=300, answered=300)
        self.assertGreaterEqual(report['requests'], 3)
        self.assert_faults_bit()
        rows = [json.loads(line) for line in (self.folder / 'out.jsonl').read_text().splitlines()]
        by_text = {}
        for row in rows:
            vector = row['embedding']
            self.assertEqual(len(vector), 16)
            self.assertAlmostEqual(sum(x * x for x in vector), 1.0, places=3)
            self.assertEqual(by_text.setdefault(row['text'], vector), vector)
        self.assertEqual(len({json.dumps(v) for v in by_text.values()}), 7)
        sent = [json.loads(line)['body'] for line in self.spool_lines().values()]
        self.assertTrue(all(b['encoding_format'] == 'base64' and b['dimensions'] == 16 for b in sent))

    def test_moderations(self):
        self.start_emulator()
        self.write('in.csv', numbered_rows(5))
        self.write('job.toml', '''[input]
file = "in.csv"
[model]
name = "omni-moderation-latest"
endpoint = "/v1/moderations"
[prompt]
row = "{{text}}"
[output]
file = "out.jsonl"
''')
        self.run_json('run', self.folder / 'job.toml')
        rows = [json.loads(line) for line in (self.folder / 'out.jsonl').read_text().splitlines()]
        self.assertTrue(all('flagged' in r['moderation'] for r in rows))

    def test_plain_text_without_an_answer_section(self):
        self.start_emulator()
        self.write('in.csv', numbered_rows(12))
        recipe = answer_table(12, 4)
        recipe = recipe[:recipe.index('[answer]')] + recipe[recipe.index('[pack]'):]
        self.write('job.toml', recipe)
        report = self.run_json('run', self.folder / 'job.toml')
        self.assert_rows(report, total=12, answered=12)
        self.assertTrue(all(r['answer'] for r in self.table('out.csv')))


if __name__ == '__main__':
    unittest.main()
