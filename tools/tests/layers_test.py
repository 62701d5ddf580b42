"""check_layers.py finds includes against the grain, and nothing else."""
from planted import PlantedTree


class Layers(PlantedTree):
    def check(self) -> tuple[int, str]:
        return self.run_tool('check_layers.py', self.root)

    def headers(self, *paths: str) -> None:
        for path in paths:
            self.plant(path, '#pragma once\n')

    def test_passes_what_the_table_grants(self) -> None:
        self.headers('core/error.hpp', 'model/http.hpp', 'net/client.hpp', 'providers/api.hpp', 'providers/openai/wire.hpp')
        self.plant('net/client.cpp', '#include "net/client.hpp"\n#include <boost/asio.hpp>\n#include "model/http.hpp"\n')
        self.plant('providers/openai/wire.cpp', '#include "providers/api.hpp"\n#include "providers/openai/wire.hpp"\n')
        self.plant('providers/registry.cpp', '#include "providers/openai/wire.hpp"\n')
        self.plant('tests/unit/net/client_test.cpp', '#include "net/client.hpp"\n#include <boost/asio.hpp>\n')
        self.assert_clean(self.check())

    def test_finds_a_lower_layer_that_asks_upwards(self) -> None:
        self.headers('store/store.hpp')
        self.plant('core/error.cpp', '#include <string>\n#include "store/store.hpp"\n')
        self.assert_finds('core/error.cpp:2: core/ may not include "store/store.hpp"', self.check())

    def test_finds_a_role_that_includes_another(self) -> None:
        self.headers('submitter/pass.hpp', 'poller/pass.hpp', 'reconciler/pass.hpp')
        self.plant('poller/pass.cpp', '#include "submitter/pass.hpp"\n')
        self.plant('reconciler/pass.cpp', '#include "poller/pass.hpp"\n')
        self.plant('submitter/pass.cpp', '#include "reconciler/pass.hpp"\n')
        for place in ('poller/pass.cpp:1:', 'reconciler/pass.cpp:1:', 'submitter/pass.cpp:1:'):
            self.assert_finds(place, self.check())

    def test_finds_the_network_in_the_reconciler(self) -> None:
        self.headers('net/client.hpp')
        self.plant('reconciler/pass.cpp', '#include "net/client.hpp"\n')
        self.assert_finds('reconciler/pass.cpp:1:', self.check())

    def test_lets_net_and_emulator_see_only_the_http_values_of_model(self) -> None:
        self.headers('model/http.hpp', 'model/job.hpp')
        self.plant('emulator/files.cpp', '#include "model/http.hpp"\n#include "model/job.hpp"\n')
        self.plant('net/client.cpp', '#include "model/http.hpp"\n#include "model/job.hpp"\n')
        self.assert_finds('emulator/files.cpp:2:', self.check())
        self.assert_finds('net/client.cpp:2:', self.check())

    def test_finds_the_emulator_that_reads_the_adapters(self) -> None:
        self.headers('providers/openai/wire.hpp')
        self.plant('emulator/openai.cpp', '#include "providers/openai/wire.hpp"\n')
        self.assert_finds('emulator/openai.cpp:1:', self.check())

    def test_finds_a_provider_that_knows_another(self) -> None:
        self.headers('providers/gemini/wire.hpp')
        self.plant('providers/openai/wire.cpp', '#include "providers/gemini/wire.hpp"\n')
        self.assert_finds('providers/openai/wire.cpp:1:', self.check())

    def test_finds_sockets_outside_net_and_lmdb_outside_store(self) -> None:
        self.plant('submitter/pass.cpp', '#include <boost/beast/http.hpp>\n')
        self.plant('poller/pass.cpp', '  #  include <openssl/ssl.h>\n')
        self.plant('cli/run.cpp', '#include <lmdb.h>\n')
        self.plant('jsonl/sha.cpp', '#include <openssl/evp.h>\n')
        result = self.check()
        for place in ('submitter/pass.cpp:1:', 'poller/pass.cpp:1:', 'cli/run.cpp:1:'):
            self.assert_finds(place, result)
        self.assertNotIn('jsonl/sha.cpp', result[1])

    def test_finds_an_include_that_is_not_from_the_root(self) -> None:
        self.headers('core/error.hpp')
        self.plant('core/error.cpp', '#include "error.hpp"\n')
        self.plant('core/text.cpp', '#include <core/error.hpp>\n')
        self.assert_finds('core/error.cpp:1:', self.check())
        self.assert_finds('core/text.cpp:1:', self.check())

    def test_finds_a_folder_without_a_place(self) -> None:
        self.plant('util/strings.cpp', '// strings\n')
        self.assert_finds('util/strings.cpp:1:', self.check())
