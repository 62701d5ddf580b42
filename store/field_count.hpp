// How many fields an aggregate has, at compile time: a field that is added to a model and forgotten
// in its layout would be lost on disk without a word.
#pragma once

#include <cstddef>
#include <utility>

namespace overnight::store {

struct Anything {
    template <class T>
    operator T() const;  // NOLINT: never defined, only asked for
};

template <class T, std::size_t... I>
constexpr bool made_from(std::index_sequence<I...>) {
    return requires {
        T{(static_cast<void>(I), Anything{})...};
    };
}

template <class T, std::size_t N = 48>
constexpr std::size_t field_count() {
    if constexpr (N == 0 || made_from<T>(std::make_index_sequence<N>{}))
        return N;
    else
        return field_count<T, N - 1>();
}

}  // namespace overnight::store
