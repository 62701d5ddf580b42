"""lint_co_await.py finds the temporaries that g++ 12 miscompiles, and passes the safe ways to write the same."""
import unittest

import planted  # noqa: F401  (puts tools/ on the path)
from lint_co_await import check


class CoAwait(unittest.TestCase):
    def test_finds_temporaries_in_a_co_await_statement(self) -> None:
        for statement in ('co_await f(Opt{.name = n});', 'co_await f({1, 2});', 'co_await T{3}.go();',
                          'co_await run([batch] { use(batch); });', 'auto r = co_await run([&]() { return 1; });',
                          'if (co_await f(Opt{}))\n    return;'):
            with self.subTest(statement):
                self.assertEqual(list(check('task g() {\n    ' + statement + '\n}\n')), [2])

    def test_passes_named_values(self) -> None:
        for statement in ('auto op = f(Opt{.name = n});\n    co_await std::move(op);', 'auto [ec, n] = co_await read(socket);',
                          'if (co_await f(x)) {\n        g();\n    }', 'while (co_await next()) {\n    }',
                          'auto v = table[co_await index()];', 'co_await f("a { brace");  // and { here'):
            with self.subTest(statement):
                self.assertEqual(check('task g() {\n    ' + statement + '\n}\n'), {})

    def test_says_the_line_of_a_statement_that_spans_lines(self) -> None:
        self.assertEqual(list(check('task g() {\n    auto r =\n        co_await f(\n            Opt{1});\n}\n')), [3])


if __name__ == '__main__':
    unittest.main()
