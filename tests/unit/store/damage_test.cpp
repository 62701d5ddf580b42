// Damage: a changed byte is an error and never wrong data; and the bytes of each row's version.

#include "core/bytes.hpp"
#include "jsonl/durable_file.hpp"
#include "store/env.hpp"
#include "store/layouts.hpp"
#include "store/schema.hpp"
#include "tests/unit/store/support.hpp"

#include <cstdlib>

namespace overnight::store {
namespace {

using namespace testing;

/// A store in which every table has rows, closed again.
void make_full_store(const std::filesystem::path& dir) {
    const auto store = open_store(dir);
    const JobId job = store->begin_job(some_job()).value();
    std::vector<RowRecord> rows(250);
    rows[200] = duplicate_of(0);
    rows[201] = duplicate_of(1);
    store->append_rows(job, {0}, rows).value();
    store->add_shard(some_shard(job, 0, 124), some_attempt(job, 0, 1)).value();
    store->add_shard(some_shard(job, 1, 124), some_attempt(job, 1, 1)).value();
    auto facts = some_job();
    facts.id = job;
    store->publish_job(facts).value();
    void_attempt(*store, {job, {1}, 1});
    store->begin_attempt(some_attempt(job, 1, 2)).value();
    Settlement s = answering(*store, {job, {0}, 1}, {});
    for (std::uint64_t r = 0; r < 100; ++r)
        s.rows.push_back({{r}, {RowState::answered, {s.segment->no, 16, 0}}});
    for (std::uint64_t r = 100; r < 110; ++r)
        add_failure(s, r);
    for (std::uint64_t r = 110; r < 124; ++r)
        add_retry(s, r, at(5));
    // The segment holds one empty answer.
    auto [segment, places] = write_segment(*store, job, {""});
    s.segment = segment;
    for (auto& [r, record] : s.rows)
        if (record.state == RowState::answered) record.place = places[0];
    std::vector<IndexEntry> entries{{Fingerprint{7}, places[0]}};
    s.index = write_index(*store, entries).value();
    store->settle(s).value();
    store->edit_account({"openai"}, [](Account& a) { a.hold_reason = "quota"; }).value();
    EXPECT_CLEAN(*store);
}

/// Every key of a table with its bytes on disk.
std::vector<std::pair<std::string, std::string>> dump(const Env& env, const char* table) {
    std::vector<std::pair<std::string, std::string>> found;
    auto txn = env.read().value();
    MDB_dbi dbi = 0;
    EXPECT_EQ(mdb_dbi_open(txn.raw(), table, 0, &dbi), 0) << table;
    MDB_cursor* cursor = nullptr;
    EXPECT_EQ(mdb_cursor_open(txn.raw(), dbi, &cursor), 0);
    MDB_val k{};
    MDB_val v{};
    while (mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == 0)
        found.emplace_back(std::string(static_cast<char*>(k.mv_data), k.mv_size),
                           std::string(static_cast<char*>(v.mv_data), v.mv_size));
    mdb_cursor_close(cursor);
    std::move(txn).keep_tables().value();
    return found;
}
void overwrite(const Env& env, const char* table, std::string key, std::string value) {
    auto txn = env.write().value();
    MDB_dbi dbi = 0;
    ASSERT_EQ(mdb_dbi_open(txn.raw(), table, 0, &dbi), 0);
    MDB_val k{key.size(), key.data()};
    MDB_val v{value.size(), value.data()};
    ASSERT_EQ(mdb_put(txn.raw(), dbi, &k, &v, 0), 0);
    std::move(txn).commit().value();
}

template <class Def>
void flip_every_byte(const Env& env) {
    const auto rows = dump(env, Def::name);
    ASSERT_FALSE(rows.empty()) << Def::name;
    const auto& [key, value] = rows.back();
    Table<Def> table;
    typename Def::Key typed{};
    ASSERT_TRUE(Table<Def>::decode_key(key, typed));
    for (std::size_t i = 0; i < value.size(); i += 1 + value.size() / 64) {
        std::string changed = value;
        changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
        overwrite(env, Def::name, key, changed);
        const auto txn = env.read().value();
        table.open(txn, Missing::refuse).value();
        const auto got = table.get(txn, typed);
        ASSERT_FALSE(got) << Def::name << " byte " << i;
        EXPECT_EQ(got.error().code(), Errc::corrupt);
        std::size_t seen = 0;
        const auto scanned =
            table.scan(txn, "", [&](const auto&, const auto&) { return ++seen > 0; });
        EXPECT_FALSE(scanned);
        EXPECT_EQ(seen, rows.size() - 1);
    }
    // A shorter and an empty value, and the right value under another key.
    for (const auto& changed :
         {value.substr(0, value.size() - 1), std::string("abc"), std::string()}) {
        overwrite(env, Def::name, key, changed);
        const auto txn = env.read().value();
        table.open(txn, Missing::refuse).value();
        EXPECT_FALSE(table.get(txn, typed)) << Def::name;
    }
    if (rows.size() > 1 && rows[0].second != value) {
        overwrite(env, Def::name, key, rows[0].second);
        const auto txn = env.read().value();
        table.open(txn, Missing::refuse).value();
        EXPECT_FALSE(table.get(txn, typed)) << Def::name;
    }
    overwrite(env, Def::name, key, value);
}

TEST(Damage, of_any_byte_of_any_value_is_seen) {
    const TempDir dir;
    make_full_store(dir.path());
    const auto env = Env::open(dir / "store", 1u << 30).value();
    flip_every_byte<Counters>(*env);
    flip_every_byte<Installations>(*env);
    flip_every_byte<Facts>(*env);
    flip_every_byte<Progress>(*env);
    flip_every_byte<RowBlocks>(*env);
    flip_every_byte<Duplicates>(*env);
    flip_every_byte<Failures>(*env);
    flip_every_byte<Tries>(*env);
    flip_every_byte<Queue>(*env);
    flip_every_byte<Resubmissions>(*env);
    flip_every_byte<Shards>(*env);
    flip_every_byte<Attempts>(*env);
    flip_every_byte<Intents>(*env);
    flip_every_byte<Live>(*env);
    flip_every_byte<Voided>(*env);
    flip_every_byte<Accounts>(*env);
    flip_every_byte<Segments>(*env);
    flip_every_byte<Indexes>(*env);
}

TEST(Damage, is_corrupt_in_the_verbs_and_named_by_the_check) {
    const TempDir dir;
    make_full_store(dir.path());
    {
        const auto env = Env::open(dir / "store", 1u << 30).value();
        auto [key, value] = dump(*env, "rows/1").at(0);
        value[40] ^= 1;
        overwrite(*env, "rows/1", key, value);
    }
    const auto store = open_store(dir.path());
    std::vector<RowRecord> out(10);
    EXPECT_EQ(code(store->read_rows({1}, {0}, out)), Errc::corrupt);
    store->read_rows({1}, {100}, out).value();  // the others are readable
    const auto found = store->check().value();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].find("rows/1"), std::string::npos);
}

// What the store says of itself is derived anew: each of these is a lie with a good checksum.
TEST(Damage, of_the_logic_is_found_by_the_check) {
    const TempDir dir;
    make_full_store(dir.path());
    Tables tables;
    const auto lie = [&](const char* what, auto tell) {
        const TempDir copy;
        std::filesystem::remove(copy.path());
        std::filesystem::copy(dir.path(), copy.path(), std::filesystem::copy_options::recursive);
        std::filesystem::permissions(copy.path(), std::filesystem::perms::owner_all);
        for (const char* folder : {"store", "spool", "results"})
            std::filesystem::permissions(copy / folder, std::filesystem::perms::owner_all);
        {
            const auto env = Env::open(copy / "store", 1u << 30).value();
            auto txn = env->write().value();
            tables.for_each([&](auto& t) { return t.open(txn, Missing::refuse); }).value();
            tell(txn);
            std::move(txn).commit().value();
        }
        EXPECT_NE(open_store(copy.path())->check().value(), std::vector<std::string>{}) << what;
    };
    const JobId job{1};
    const model::AttemptKey key{job, {1}, 2};
    const auto progress = [&](auto change) {
        return [&, change](WriteTxn& txn) {
            auto row = tables.progress.get(txn, job).value().value();
            change(row);
            tables.progress.put(txn, job, row).value();
        };
    };
    lie("answered", progress([](JobProgress& p) { ++p.rows.answered; }));
    lie("failed", progress([](JobProgress& p) { --p.rows.failed; }));
    lie("duplicates", progress([](JobProgress& p) { ++p.rows.duplicates; }));
    lie("waiting", progress([](JobProgress& p) { ++p.waiting; }));
    lie("queued", progress([](JobProgress& p) { ++p.queued; }));
    lie("oldest", progress([](JobProgress& p) { p.queue_oldest = at(6); }));
    lie("resubmissions", progress([](JobProgress& p) { ++p.resubmissions; }));
    lie("shards", progress([](JobProgress& p) { ++p.shards; }));
    lie("attempts", progress([](JobProgress& p) { ++p.attempts; }));
    lie("batches", progress([](JobProgress& p) { ++p.batches; }));
    lie("requests", progress([](JobProgress& p) { ++p.requests; }));
    lie("live", [&](WriteTxn& t) { tables.live.erase(t, {{"openai"}, key}).value(); });
    lie("not live", [&](WriteTxn& t) {
        tables.live.put(t, {{"openai"}, {job, {9}, 1}}, {}).value();
    });
    lie("voided", [&](WriteTxn& t) {
        tables.voided.raw().erase_some(t, key_bytes(core::AccountName{"openai"}), 1).value();
    });
    lie("intent", [&](WriteTxn& t) { tables.intents.put(t, {"strange"}, key).value(); });
    lie("queue", [&](WriteTxn& t) { tables.queue.erase(t, {job, {115}}).value(); });
    lie("failure", [&](WriteTxn& t) { tables.failures.erase(t, {job, {105}}).value(); });
    lie("reason", [&](WriteTxn& t) { tables.failures.put(t, {job, {1}}, {}).value(); });
    lie("duplicate", [&](WriteTxn& t) { tables.duplicates.put(t, {job, {2}}, {1}).value(); });
    lie("moved", [&](WriteTxn& t) {
        tables.duplicates.erase(t, {job, {1}}).value();
        tables.duplicates.put(t, {job, {2}}, {1}).value();
    });
    lie("stranger", [&](WriteTxn& t) { tables.shards.put(t, {{7}, {0}}, {}).value(); });
    lie("number", [&](WriteTxn& t) { tables.counters.put(t, Counter::next_segment, {1}).value(); });
    lie("segment", [&](WriteTxn& t) { tables.segments.raw().erase_some(t, "", 9).value(); });
    lie("gap", [&](WriteTxn& t) { tables.rows.erase(t, {job, 1}).value(); });
    lie("lost rows", [&](WriteTxn& t) {
        auto shard = tables.shards.get(t, {job, {1}}).value().value();
        shard.rows = 1;
        tables.shards.put(t, shard.key, shard).value();
    });
}

TEST(Damage, a_missing_answer_file_is_named_by_the_check) {
    const TempDir dir;
    make_full_store(dir.path());
    const auto store = open_store(dir.path());
    const auto file = store->segments().value().at(0).file;
    std::filesystem::remove(dir / "results" / file);
    const auto found = store->check().value();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].find(file), std::string::npos);
}

// A file that was cut is refused at open, and left as it is.
TEST(Damage, a_truncated_database_is_refused) {
    const TempDir dir;
    make_full_store(dir.path());
    const auto file = dir / "store/data.mdb";
    const TempDir kept;
    std::filesystem::copy_file(file, kept / "whole");
    const auto whole = std::filesystem::file_size(file);
    for (std::uint64_t size = whole - 4096; size > 0;
         size -= std::min<std::uint64_t>(size, 5 * 4096 + 100)) {
        std::filesystem::resize_file(file, size);
        // In a child: LMDB may find a contradiction that ends the process with 70.
        const int status = in_child([&] {
            const auto opened = Store::open(dir.path(), test_options());
            if (!opened) ::_exit(opened.error().code() == Errc::corrupt ? 70 : 1);
            // Only pages that were free can be missing without loss.
            ::_exit((*opened)->check().value().empty() && counts(**opened, {1}).total == 250 ? 70
                                                                                             : 2);
        });
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 70) << size << ": " << status;
        std::filesystem::copy_file(kept / "whole", file,
                                   std::filesystem::copy_options::overwrite_existing);
    }
    EXPECT_CLEAN(*open_store(dir.path()));
}

TEST(Damage, what_is_no_database_is_refused) {
    const TempDir dir;
    make_full_store(dir.path());
    const auto file = dir / "store/data.mdb";
    for (const std::size_t bytes : {1u, 100u, 4096u, 20000u}) {
        std::filesystem::remove(file);
        auto out = jsonl::DurableFile::create(file, jsonl::Replace::no).value();
        out.write(std::string(bytes, 'x')).value();
        std::move(out).commit().value();
        EXPECT_EQ(code(Store::open(dir.path(), test_options())), Errc::corrupt) << bytes;
    }
}

// --- the bytes of each version

std::filesystem::path golden(const std::string& name) {
    return std::filesystem::path(OVERNIGHT_SOURCE_DIR) / "tests/golden/store" / (name + ".hex");
}

template <class Row>
void check_golden(const std::string& name, const Row& row) {
    std::string bytes;
    encode_row(bytes, row);
    std::string text = core::hex(bytes);
    for (std::size_t i = 64; i < text.size(); i += 65)
        text.insert(i, "\n");
    text += '\n';
    if (std::getenv("OVERNIGHT_ACCEPT") != nullptr) {
        auto out = jsonl::DurableFile::create(golden(name), jsonl::Replace::yes, 0644).value();
        out.write(text).value();
        std::move(out).commit().value();
    }
    EXPECT_EQ(jsonl::read_small_file(golden(name), 1u << 20).value(), text) << name;
    Row back{};
    ASSERT_TRUE(decode_row(bytes, back)) << name;
    EXPECT_EQ(back, row) << name;
    // Not one byte more or less, and no other version.
    constexpr bool any_length = std::is_same_v<Row, RowBlock>;  // the checksum has its length
    for (std::size_t cut = 0; cut < bytes.size() && !any_length; ++cut)
        EXPECT_FALSE(decode_row(std::string_view(bytes).substr(0, cut), back))
            << name << " " << cut;
    EXPECT_FALSE(decode_row(bytes + '\0', back)) << name;
    bytes[0] = 2;
    EXPECT_FALSE(decode_row(bytes, back)) << name;
}

TEST(Golden, every_row_has_its_bytes) {
    check_golden("unit-v1", Unit{});
    check_golden("count-v1", Count{0x0102030405060708});
    check_golden("installation-v1", InstallationRow{"abc123", 7, at(1), 99, "doubt"});
    check_golden("removal-v1", RemovalRow{Removal::keep_attempts});
    JobFacts facts;
    facts.job = some_job();
    facts.job.id.v = 3;
    facts.job.kind = model::JobKind::raw_requests;
    facts.job.recipe_schema = "{}";
    facts.job.row_attempts = 4;
    facts.job.output_path.clear();  // the progress has it
    check_golden("job-v1", facts);
    check_golden("progress-v1", JobProgress{model::JobState::running,
                                            1,
                                            2,
                                            3,
                                            4,
                                            {5, 6, 7, 8, 9},
                                            {10, 11, 12},
                                            13,
                                            "/o",
                                            "note",
                                            at(14),
                                            15,
                                            16,
                                            at(17),
                                            18});
    check_golden("rows-v1", RowBlock{{waiting(),
                                      cached(2, 0x123456789A),
                                      duplicate_of(1),
                                      failed(),
                                      {RowState::answered, {{4}, 5, 6}}}});
    check_golden("failure-v1", model::Failure{model::Verdict::filtered, "filtered"});
    check_golden("try-v1", model::TryRecord{1, 2, 3, 4, 5, 6, true, false, at(7), {8}, 9, 10, 11});
    check_golden("resubmission-v1",
                 model::Resubmission{{1}, 2, 3, model::Verdict::cut_off, 4, "cut", at(5)});
    check_golden("shard-v1", Shard{{{1}, {2}}, model::ShardState::settled, 3, 4, 5, 6, 7});
    check_golden("attempt-key-v1", model::AttemptKey{{1}, {2}, 3});
    Attempt attempt;
    attempt.key = {{1}, {2}, 3};
    attempt.account.v = "openai";
    attempt.state = AttemptState::voided;
    attempt.intent.v = "0123456789abcdefghjkmnpqrs";
    attempt.tag = "on1-abc123-0123456789abcdefghjkmnpqrs";
    attempt.key_fingerprint = "deadbeef";
    attempt.file_bytes = 4;
    attempt.requests = 5;
    attempt.file.v = "file-in";
    attempt.batch.v = "batch_1";
    attempt.status = model::BatchStatus::expired;
    attempt.status_word = "expired";
    attempt.done = 6;
    attempt.output_file.v = "file-out";
    attempt.error_file.v = "file-err";
    attempt.committed = {at(7), core::Duration(8), "boot-a"};
    attempt.doubted = {at(9), core::Duration(10), "boot-b"};
    attempt.fenced = {at(11), core::Duration(12), "boot-c"};
    attempt.empty_scans = 13;
    attempt.upload_tries = 14;
    attempt.fetch_tries = 15;
    attempt.missing_since = at(16);
    attempt.void_reason = model::VoidReason::token_limit;
    attempt.ended = at(17);
    attempt.due = at(18);
    attempt.cancel_wanted = true;
    attempt.usage = {19, 20, 21};
    attempt.evidence = "evidence";
    attempt.error = "error";
    attempt.lookout = {true, {"batch_0"}, {"batch_x", "batch_y"}, true, true};
    attempt.short_fetches = 22;
    check_golden("attempt-v1", attempt);
    check_golden(
        "account-v1",
        Account{{"openai"}, "hold", at(1), "key", at(2), at(3), {{"a", 4}, {"b", 5}}, at(6)});
    check_golden("segment-v1", Segment{{1}, "seg-000001.ans", 2, 3, {4}});
    check_golden("index-v1", IndexFile{1, "idx-000001.fpx", 2});
}

TEST(Golden, unknown_enumerators_are_refused) {
    Shard shard;
    std::string bytes;
    encode_row(bytes, shard);
    ASSERT_TRUE(decode_row(bytes, shard));
    bytes[9] = 77;  // the state, behind version and key
    EXPECT_FALSE(decode_row(bytes, shard));
    RowBlock block{{waiting()}};
    bytes.clear();
    encode_row(bytes, block);
    bytes[1] = 0;
    EXPECT_FALSE(decode_row(bytes, block));
    RowBlock too_many{std::vector<RowRecord>(101)};
    bytes.clear();
    encode_row(bytes, too_many);
    EXPECT_FALSE(decode_row(bytes, block));
}

TEST(Golden, a_block_of_rows_fits_twice_on_a_page) {
    RowBlock block{std::vector<RowRecord>(rows_in_block)};
    std::string bytes;
    encode_row(bytes, block);
    EXPECT_EQ(bytes.size(), 1u + rows_in_block * row_record_bytes);
    // A node is 8 bytes of header, the key, the value and its checksum; a page has 4,080 for two.
    EXPECT_LE(2 * (8 + key_bytes(JobId{}, std::uint64_t{}).size() + bytes.size() + 4 + 2), 4080u);
}

}  // namespace
}  // namespace overnight::store
