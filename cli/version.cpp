#include "cli/version.hpp"

#include <boost/version.hpp>
#include <openssl/crypto.h>

#include <algorithm>

namespace overnight::cli {

std::string version() {
    return OVERNIGHT_VERSION;
}

std::string version_text() {
    std::string boost = BOOST_LIB_VERSION;  // "1_81"
    std::replace(boost.begin(), boost.end(), '_', '.');
    return "overnight " + version() + "\nLMDB " OVERNIGHT_LMDB_VERSION "\nOpenSSL " +
           OpenSSL_version(OPENSSL_VERSION_STRING) + "\nBoost " + boost;
}

}  // namespace overnight::cli
