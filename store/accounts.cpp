// Accounts: accounts/1.

#include "core/text.hpp"
#include "store/impl.hpp"

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

Result<> check_key_text(const std::string& text, const char* what) {
    if (text.size() <= longest_text_in_key) return {};
    return Error(Errc::invalid_input, std::string(what) + " has more than " +
                                          std::to_string(longest_text_in_key) +
                                          " bytes: " + core::printable(text, 80));
}

Result<Account> Store::account(const core::AccountName& name) const {
    OVERNIGHT_TRY(check_key_text(name.v, "an account's name"));
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    OVERNIGHT_TRY_ASSIGN(auto account, impl_->tables.accounts.get(txn, name));
    if (account) return *std::move(account);
    Account none;
    none.name = name;
    return none;
}

Result<> Store::edit_account(const core::AccountName& name,
                             const std::function<void(Account&)>& edit) {
    OVERNIGHT_TRY(check_key_text(name.v, "an account's name"));
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(auto before, impl_->tables.accounts.get(txn, name));
    Account after = before ? *before : Account{};
    after.name = name;
    edit(after);
    if (after.name != name) return Error(Errc::internal, "an account cannot change its name");
    if (before && after == *before) return {};
    OVERNIGHT_TRY(impl_->tables.accounts.put(txn, name, after));
    return std::move(txn).commit();
}

}  // namespace overnight::store
