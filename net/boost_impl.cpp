// The compiled halves of Asio, its TLS layer and Beast, once for the whole project.
#include <boost/version.hpp>
static_assert(BOOST_VERSION >= 108100, "1.74 has a body-limit hole");

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
