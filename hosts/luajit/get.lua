-- get.lua [-ca FILE] HOST PORT PATH: prints what an HTTPS server answers.

package.path = arg[0]:match("^(.*)/[^/]*$") .. "/?.lua;" .. package.path

local cqueues = require("cqueues")
local socket = require("cqueues.socket")
local tls = require("inkotls")

local settings = {alpn = {"http/1.1"}}
if arg[1] == "-ca" then
  settings.ca_file = arg[2]
  arg = {unpack(arg, 3)}
end
local host, port, path = unpack(arg)

local loop = cqueues.new()
loop:wrap(function()
  local connected = assert(socket.connect{host = host, port = port})
  local conn = assert(assert(tls.client(settings)):connect(connected, host))
  conn:settimeout(10)
  assert(conn:write(("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"):format(path, host)))
  while true do
    local data, err = conn:read()
    if err then error(err) end
    if not data then break end
    io.write(data)
  end
  conn:close()
end)
assert(loop:loop())
