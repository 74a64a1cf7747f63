# Included by foveate's own project(): what pkg-config found is visible in that folder only, and the
# extension, which is linked one folder above, needs it too. Deferred, since it is not found yet.
cmake_language(DEFER CALL cmake_language EVAL CODE [[
  foreach(library IN LISTS FOV_LINKED)
    if(TARGET ${library})
      get_target_property(is_imported ${library} IMPORTED)
      if(is_imported)
        set_target_properties(${library} PROPERTIES IMPORTED_GLOBAL TRUE)
      endif()
    endif()
  endforeach()
]])
