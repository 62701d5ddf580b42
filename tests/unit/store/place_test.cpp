// Where a store may stand, how it is opened, and what it says about itself.

#include "store/place.hpp"

#include "store/env.hpp"
#include "store/schema.hpp"
#include "tests/unit/store/support.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace overnight::store {
namespace {

using namespace testing;

TEST(Place, a_new_store_is_private_and_clean) {
    const TempDir dir;
    const auto store = open_store(dir / "state");
    for (const char* folder : {"", "store", "spool", "results"}) {
        struct stat status {};
        ASSERT_EQ(::stat((dir / "state" / folder).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777, 0700u) << folder;
    }
    struct stat data {};
    ASSERT_EQ(::stat((dir / "state/store/data.mdb").c_str(), &data), 0);
    EXPECT_EQ(data.st_mode & 07777, 0600u);
    EXPECT_EQ(store->installation().id.size(), 6u);
    EXPECT_EQ(store->installation().generation, 1u);
    EXPECT_GT(store->installation().created, at(1'700'000'000));
    EXPECT_EQ(store->installation().doubt, "");
    EXPECT_EQ(store->warnings(), std::vector<std::string>{});
    EXPECT_CLEAN(*store);
}

TEST(Place, the_installation_stays_and_the_generation_counts_opens) {
    const TempDir dir;
    std::string id;
    {
        const auto store = open_store(dir.path());
        id = store->installation().id;
    }
    const auto store = open_store(dir.path());
    EXPECT_EQ(store->installation().id, id);
    EXPECT_EQ(store->installation().generation, 2u);
}

TEST(Place, a_folder_open_to_others_is_refused_with_the_remedy) {
    const TempDir dir;
    ASSERT_EQ(::mkdir((dir / "state").c_str(), 0755), 0);
    ASSERT_EQ(::chmod((dir / "state").c_str(), 0755), 0);
    const auto opened = Store::open(dir / "state", test_options());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), Errc::configuration);
    EXPECT_NE(opened.error().message().find("chmod 700"), std::string::npos);
}

TEST(Place, a_file_in_the_place_of_the_folder_is_refused) {
    const TempDir dir;
    const int fd = ::open((dir / "state").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ::close(fd);
    EXPECT_EQ(code(Store::open(dir / "state", test_options())), Errc::configuration);
}

TEST(Place, file_systems_that_lose_data_have_names) {
    EXPECT_EQ(unsuitable_filesystem(0x6969), "NFS");
    EXPECT_EQ(unsuitable_filesystem(0x794C7630), "overlay");
    EXPECT_EQ(unsuitable_filesystem(0x01021994), "tmpfs");
    EXPECT_EQ(unsuitable_filesystem(0xEF53), "");      // ext4
    EXPECT_EQ(unsuitable_filesystem(0x58465342), "");  // XFS
    EXPECT_EQ(unsuitable_filesystem(0x9123683E), "");  // Btrfs
}

TEST(Place, tmpfs_is_refused_unless_allowed) {
    struct statfs status {};
    if (::statfs("/dev/shm", &status) != 0 || status.f_type != 0x01021994 ||
        ::access("/dev/shm", W_OK) != 0)
        GTEST_SKIP() << "no tmpfs here";
    std::string name = "/dev/shm/overnight-store-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    const std::filesystem::path dir = name;
    const auto refused = Store::open(dir / "state");
    EXPECT_EQ(code(refused), Errc::configuration);
    EXPECT_NE(refused.error().message().find("OVERNIGHT_ANY_FILESYSTEM"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(dir / "state"));  // nothing was made there
    EXPECT_TRUE(Store::open(dir / "state", test_options()));
    // In a child, because the environment belongs to the whole process.
    EXPECT_EQ(in_child([&] {
                  ::setenv("OVERNIGHT_ANY_FILESYSTEM", "1", 1);
                  Store::open(dir / "state").value();
              }),
              0);
    std::filesystem::remove_all(dir);
}

TEST(Place, one_store_a_process) {
    const TempDir dir;
    const auto first = open_store(dir.path());
    EXPECT_EQ(code(Store::open(dir.path(), test_options())), Errc::internal);
    // Also under another name of the same folder.
    std::filesystem::create_directory_symlink(dir.path(), dir.path().native() + "-link");
    const auto again = Store::open(dir.path().native() + "-link/.", test_options());
    EXPECT_FALSE(again);
    std::filesystem::remove(dir.path().native() + "-link");
    EXPECT_CLEAN(*first);
}

TEST(Place, a_refused_second_open_does_not_end_the_first) {
    const TempDir dir;
    {
        const auto first = open_store(dir.path());
        EXPECT_FALSE(Store::open(dir.path(), test_options()));
        EXPECT_FALSE(Store::open(dir.path(), test_options()));
    }
    EXPECT_TRUE(Store::open(dir.path(), test_options()));
}

TEST(Place, the_data_file_is_closed_on_exec) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code none;
        const auto target = std::filesystem::read_symlink(entry.path(), none);
        if (target.native().find(dir.path().native()) != 0) continue;
        const int fd = std::stoi(entry.path().filename());
        const int flags = ::fcntl(fd, F_GETFD);
        ++seen;
        EXPECT_NE(flags & FD_CLOEXEC, 0) << target;
    }
    EXPECT_GE(seen, 2);
}

TEST(Place, too_little_address_space_names_the_setting) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers need the address space themselves";
#endif
    const TempDir dir;
    open_store(dir.path());
    const int status = in_child([&] {
        rlimit limit{std::size_t{2} << 30, std::size_t{2} << 30};
        if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(1);
        const auto opened = Store::open(dir.path(), test_options());
        if (opened || opened.error().code() != Errc::configuration) ::_exit(2);
        if (opened.error().message().find("map_bytes") == std::string::npos) ::_exit(3);
        StoreOptions small = test_options();
        small.map_bytes = 64u << 20;
        if (!Store::open(dir.path(), small)) ::_exit(4);
    });
    EXPECT_EQ(status, 0);
}

TEST(Place, a_full_map_is_out_of_space_and_reading_goes_on) {
    const TempDir dir;
    StoreOptions small = test_options();
    small.map_bytes = 512u << 10;
    JobId job;
    {
        const auto store = Store::open(dir.path(), small).value();
        job = store->begin_job(some_job()).value();
        const std::vector<RowRecord> rows(5000);
        core::Result<> appended;
        std::uint64_t total = 0;
        for (; appended && total < 1'000'000; total += rows.size())
            appended = store->append_rows(job, {total}, rows);
        ASSERT_FALSE(appended);
        EXPECT_EQ(appended.error().code(), Errc::out_of_space);
        EXPECT_NE(appended.error().message().find("map_bytes"), std::string::npos);
        EXPECT_EQ(counts(*store, job).total, total - rows.size());
        EXPECT_CLEAN(*store);
    }
    EXPECT_EQ(counts(*Store::open(dir.path(), small).value(), job).total > 0, true);
}

TEST(Place, a_newer_schema_is_refused_with_a_sentence) {
    const TempDir dir;
    open_store(dir.path());
    {
        const auto env = Env::open(dir / "store", 1u << 30).value();
        auto txn = env->write().value();
        Table<Counters> counters;
        counters.open(txn, Missing::refuse).value();
        counters.put(txn, Counter::schema, {schema_version + 1}).value();
        std::move(txn).commit().value();
    }
    const auto opened = Store::open(dir.path(), test_options());
    EXPECT_EQ(code(opened), Errc::corrupt);
    EXPECT_NE(opened.error().message().find("newer"), std::string::npos);
}

TEST(Place, library_versions_with_races_are_named) {
    EXPECT_EQ(lmdb_version_warning(0, 9, 24), "");
    EXPECT_EQ(lmdb_version_warning(0, 9, 25), "");
    EXPECT_NE(lmdb_version_warning(0, 9, 26), "");
    EXPECT_NE(lmdb_version_warning(0, 9, 31), "");
    EXPECT_EQ(lmdb_version_warning(0, 9, 33), "");
}

TEST(Place, a_restored_database_raises_a_doubt_that_a_person_clears) {
    const TempDir dir;
    JobId job;
    {
        const auto store = open_store(dir / "state");
        job = running_job(*store, 1);
        store->backup(dir / "backup.mdb").value();
        EXPECT_EQ(code(store->backup(dir / "backup.mdb")), Errc::conflict);  // replaces nothing
    }
    for (int i = 0; i < 2; ++i)
        open_store(dir / "state");  // life goes on
    std::filesystem::copy_file(dir / "backup.mdb", dir / "state/store/data.mdb",
                               std::filesystem::copy_options::overwrite_existing);
    {
        const auto store = open_store(dir / "state");
        EXPECT_NE(store->installation().doubt.find("restored"), std::string::npos);
        EXPECT_EQ(store->warnings().size(), 1u);
        EXPECT_EQ(store->installation().generation, 4u);  // ahead of what the lost one reached
        EXPECT_CLEAN(*store);
        EXPECT_EQ(counts(*store, job).total, 1u);
        Attempt attempt = lead(*store, {job, {0}, 1}, AttemptState::uploaded);
        attempt.state = AttemptState::committing;
        EXPECT_EQ(code(store->advance(attempt, AttemptState::uploaded)), Errc::held);
    }
    const auto store = open_store(dir / "state");
    EXPECT_NE(store->installation().doubt, "");  // until a person says so
    store->clear_doubt().value();
    EXPECT_EQ(store->installation().doubt, "");
    lead(*store, {job, {0}, 1}, AttemptState::committing);
}

TEST(Place, a_copied_database_raises_a_doubt) {
    const TempDir dir;
    open_store(dir / "state");
    std::filesystem::copy(dir / "state", dir / "copy", std::filesystem::copy_options::recursive);
    for (const char* folder : {"", "store", "spool", "results"})
        ASSERT_EQ(::chmod((dir / "copy" / folder).c_str(), 0700), 0);
    EXPECT_NE(open_store(dir / "copy")->installation().doubt, "");
    EXPECT_EQ(open_store(dir / "state")->installation().doubt, "");
}

TEST(Place, a_lost_database_does_not_become_an_empty_one) {
    const TempDir dir;
    open_store(dir.path());
    std::filesystem::resize_file(dir / "store/data.mdb", 0);
    EXPECT_EQ(code(Store::open(dir.path(), test_options())), Errc::corrupt);
    std::filesystem::remove(dir / "store/data.mdb");
    EXPECT_EQ(code(Store::open(dir.path(), test_options())), Errc::corrupt);
}

}  // namespace
}  // namespace overnight::store
