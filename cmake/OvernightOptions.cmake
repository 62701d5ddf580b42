# Compiler settings that every target gets.
option(OVERNIGHT_TESTS "Build the tests" ON)
option(OVERNIGHT_BENCH "Build the benchmarks" OFF)
option(OVERNIGHT_FUZZ "Build the libFuzzer targets (clang)" OFF)
option(OVERNIGHT_WERROR "Treat warnings as errors" ON)
set(OVERNIGHT_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

find_program(OVERNIGHT_CCACHE ccache)
if(OVERNIGHT_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${OVERNIGHT_CCACHE})
endif()

add_library(overnight_options INTERFACE)
target_compile_options(overnight_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference
  -fstack-protector-strong -fstack-clash-protection -fno-omit-frame-pointer -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 and 13 warn falsely here once the optimiser has inlined std::string and std::variant.
  target_compile_options(overnight_options INTERFACE
    -Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
    -Wno-array-bounds -Wno-stringop-overread -Wno-dangling-reference -Wno-free-nonheap-object)
endif()
if(OVERNIGHT_WERROR)
  target_compile_options(overnight_options INTERFACE -Werror)
endif()
if(OVERNIGHT_SANITIZE)
  add_compile_options(-fsanitize=${OVERNIGHT_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${OVERNIGHT_SANITIZE})
  if(OVERNIGHT_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(overnight_options INTERFACE -Wno-tsan)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options(-fno-sanitize=function)  # clang 14 cannot assemble coroutines with it
  endif()
else()
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_definitions(overnight_options INTERFACE _GLIBCXX_ASSERTIONS)
    target_compile_options(overnight_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  target_compile_options(overnight_options INTERFACE -fcf-protection)
endif()
