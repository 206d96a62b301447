-- bindings.lua LIBRARY: include/inkotls.cdef in LuaJIT.
local ffi = require("ffi")
ffi.cdef(io.open("include/inkotls.cdef"):read("*a"))
local library = ffi.load(arg[1])
for name in io.lines("abi/symbols") do
  assert(library[name] ~= nil, name)
end
assert(ffi.string(library.inkotls_status_text(library.INKOTLS_STATUS_CLOSED)):find("close_notify"))
