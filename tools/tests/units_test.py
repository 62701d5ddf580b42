"""check_units.sh and check_man.sh find a unit that has gone soft, a misspelt setting, and a command that the manual forgot."""
import os
import shutil
import unittest

from planted import TOOLS, PlantedTree

PROJECT = os.path.dirname(TOOLS)


@unittest.skipUnless(shutil.which('systemd-analyze') and shutil.which('systemd-sysusers'), 'needs systemd-analyze')
class Units(PlantedTree):
    def with_change(self, name: str, old: str, new: str) -> tuple[int, str]:
        """The outcome for the project's units with one text in one file replaced."""
        folder = os.path.join(self.root, 'systemd')
        shutil.copytree(os.path.join(PROJECT, 'systemd'), folder)
        with open(os.path.join(folder, name), encoding='utf-8') as file:
            text = file.read()
        self.assertIn(old, text)
        self.plant(os.path.join('systemd', name), text.replace(old, new))
        return self.run_tool('check_units.sh', folder)

    def test_finds_a_service_that_has_gone_soft(self) -> None:
        self.assert_finds('overnight.service', self.with_change('overnight.service', 'ProtectSystem=strict\n', ''))

    def test_finds_a_misspelt_setting(self) -> None:
        self.assert_finds('Unknown key', self.with_change('overnight@.service', 'KillMode=', 'KilMode='))

    def test_finds_a_time_that_never_comes(self) -> None:
        self.assert_finds('overnight@.timer:5:', self.with_change('overnight@.timer', 'OnCalendar=*-*-* 20', 'OnCalendar=*-*-* 30'))

    def test_finds_an_account_that_is_not_made(self) -> None:
        self.assert_finds('overnight.sysusers', self.with_change('overnight.sysusers', 'u overnight', 'u overnite'))


class Manual(PlantedTree):
    def test_finds_a_missing_command_and_a_missing_exit_code(self) -> None:
        with open(os.path.join(PROJECT, 'docs', 'overnight.1'), encoding='utf-8') as file:
            text = file.read()
        page = self.plant('overnight.1', text.replace('.BI forget', '.BI remember').replace('.B 75\n', '.B 76\n'))
        result = self.run_tool('check_man.sh', page)
        self.assert_finds("the command 'forget'", result)
        self.assert_finds('the exit code 75', result)
