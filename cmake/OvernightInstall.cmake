# `cmake --install`: the program, its manual, the systemd units, the documents and the examples.
# The units name the program by its full path, so that they fit the prefix that is configured.
include(GNUInstallDirs)

if(TARGET overnight)
  install(TARGETS overnight RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES docs/overnight.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# systemd looks below both /usr/lib and /usr/local/lib, never below lib/<triplet>.
foreach(unit overnight.service overnight@.service overnight@.timer)
  file(READ ${CMAKE_SOURCE_DIR}/systemd/${unit} text)
  string(REPLACE "/usr/bin/overnight" "${CMAKE_INSTALL_FULL_BINDIR}/overnight" text "${text}")
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/systemd/${unit} CONTENT "${text}" @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/systemd/${unit} DESTINATION lib/systemd/system)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/systemd/${unit})
endforeach()
install(FILES systemd/overnight.sysusers DESTINATION lib/sysusers.d RENAME overnight.conf)
install(FILES systemd/overnight.tmpfiles DESTINATION lib/tmpfiles.d RENAME overnight.conf)

foreach(document README.md ARCHITECTURE.md)
  install(FILES ${document} DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
endforeach()
install(FILES systemd/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME systemd.md)
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples USE_SOURCE_PERMISSIONS
  PATTERN packages.csv EXCLUDE
  PATTERN "*.enriched.csv" EXCLUDE
  PATTERN .gitignore EXCLUDE)
