"""check_text.py, check_lengths.py, check_headers.py, lint_format.sh and source_files.py each find what is planted."""
import os
import shutil
import subprocess
import unittest

from planted import PlantedTree
from source_files import source_files

HEADER = '// A header.\n#pragma once\n'


class Text(PlantedTree):
    def check(self) -> tuple[int, str]:
        return self.run_tool('check_text.py', self.root)

    def test_passes_clean_files(self) -> None:
        self.plant('core/error.hpp', HEADER)
        self.plant('core/error.cpp', '#include "core/error.hpp"\n')
        self.plant('Makefile', 'all:\n\ttrue\n')
        self.assert_clean(self.check())

    def test_finds_each_fault_of_a_text(self) -> None:
        for text, fault in (('a \n', ':1: trailing blank'), ('a\n\tb\n', ':2: tab'), ('a\r\n', ':1: carriage return'),
                            ('a', 'no newline'), ('a\n\n', 'blank lines'), ('a\u00a0b\n', 'invisible'),
                            ('<<<<<<< ours\n', 'conflict marker')):
            with self.subTest(fault):
                self.plant('a.md', text)
                self.assert_finds(fault, self.check())

    def test_finds_streams_and_flags_that_lose_data(self) -> None:
        self.plant('cli/run.cpp', '// run\nstd::ofstream out(path);\nint f = MDB_NOSYNC;  // std::ofstream\n')
        result = self.check()
        self.assert_finds('cli/run.cpp:2: std::ofstream', result)
        self.assert_finds('cli/run.cpp:3: MDB_NOSYNC', result)

    def test_finds_a_header_without_guard_or_first_line(self) -> None:
        self.plant('core/a.hpp', '#pragma once\n')
        self.plant('core/b.hpp', '// b\nint b;\n')
        self.assert_finds('core/a.hpp:1: the first line', self.check())
        self.assert_finds('core/b.hpp:1: no #pragma once', self.check())


class Lengths(PlantedTree):
    def test_finds_a_file_over_its_cap(self) -> None:
        self.plant('core/a.cpp', '\n' * 501)
        self.plant('core/a.hpp', '\n' * 251)
        self.plant('tests/unit/core/a_test.cpp', '\n' * 800)
        result = self.run_tool('check_lengths.py', self.root)
        self.assert_finds('core/a.cpp:500:', result)
        self.assert_finds('core/a.hpp:250:', result)
        self.assertNotIn('a_test.cpp', result[1])


class Headers(PlantedTree):
    @unittest.skipUnless(shutil.which('g++') and shutil.which('ninja'), 'needs g++ and ninja')
    def test_finds_a_header_that_leans_on_its_includer(self) -> None:
        self.plant('core/good.hpp', HEADER + '#include <string>\nstd::string name();\n')
        self.assert_clean(self.run_tool('check_headers.py', '--root', self.root))
        self.plant('core/bad.hpp', HEADER + 'std::string name();\n')
        self.assert_finds('core/bad.hpp:3:', self.run_tool('check_headers.py', '--root', self.root))
        self.plant('core/bad.hpp', HEADER + '#include <string>\nstd::string name();\n')
        self.assert_clean(self.run_tool('check_headers.py', '--root', self.root))


class Format(PlantedTree):
    def test_finds_a_file_laid_out_otherwise(self) -> None:
        self.plant('.clang-format', 'BasedOnStyle: Google\n')
        code, output = self.run_tool('lint_format.sh', self.plant('a.cpp', 'int  a ;\n'))
        if 'SKIPPED' in output:
            self.skipTest(output.strip())
        self.assertEqual(code, 1)
        self.assertIn('a.cpp:1:', output)
        self.assert_clean(self.run_tool('lint_format.sh', self.plant('b.cpp', 'int a;\n')))


class SourceFiles(PlantedTree):
    def test_sees_new_files_and_not_ignored_ones(self) -> None:
        for path in ('a.cpp', 'build/b.cpp', 'core/c.cpp', 'd.hpp'):
            self.plant(path, '')
        self.assertEqual(source_files('.cpp', root=self.root), ['a.cpp', 'core/c.cpp'])
        subprocess.run(['git', 'init', '-q', self.root], check=True)
        self.plant('.gitignore', '/build/\n/core/\n')
        self.assertEqual(source_files('.cpp', '.hpp', root=self.root), ['a.cpp', 'd.hpp'])
        os.remove(os.path.join(self.root, 'a.cpp'))
        self.assertEqual(source_files('.cpp', root=self.root), [])
