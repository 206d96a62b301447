-- bench.lua LIBRARY PKI: inkotls beside luaossl (OpenSSL), both over the loop of cqueues; rounds alternate.

package.path = arg[0]:match("^(.*)/[^/]*$") .. "/?.lua;" .. package.path

local context = require("openssl.ssl.context")
local pkey = require("openssl.pkey")
local store = require("openssl.x509.store")
local x509 = require("openssl.x509")
local testing = require("testing")
local tls = require("inkotls")

local function text(name) return assert(io.open(arg[2] .. "/" .. name)):read("*a") end

-- Each returns a client and a server that are connected: two objects with read(n), write(data) and close().
local function ours()
  local server, client = assert(tls.server(testing.identity("ecdsa"))), assert(tls.client(testing.trusting()))
  return function(listening, port)
    local serving = testing.task(function()
      local conn = assert(server:accept(testing.accept(listening)))
      assert(conn:handshake())
      return conn
    end)
    local conn = assert(client:connect(testing.dial(port), "localhost"))
    assert(conn:handshake())
    return conn, serving()
  end
end

local function openssl()
  local server, client = context.new("TLS", true), context.new("TLS")
  server:setCertificate(x509.new(text("ecdsa.pem")))
  server:setPrivateKey(pkey.new(text("ecdsa.key")))
  local trusted = store.new()
  trusted:add(arg[2] .. "/ca.pem")
  client:setStore(trusted)
  client:setVerify(context.VERIFY_PEER)
  local Conn = {}
  Conn.__index = Conn
  function Conn:read(max) return self.socket:read(-(max or 16384)) end
  function Conn:write(data) return self.socket:write(data) end
  function Conn:close() return self.socket:close() end
  local function upgraded(socket, with)
    assert(socket:starttls(with))
    return setmetatable({socket = socket}, Conn)
  end
  return function(listening, port)
    local serving = testing.task(function() return upgraded(testing.accept(listening), server) end)
    local conn = upgraded(testing.dial(port), client)
    return conn, serving()
  end
end

local function handshakes(connect, listening, port)
  for _ = 1, 100 do
    local client, server = connect(listening, port)
    client:close()
    server:close()
  end
end

local function bulk(connect, listening, port)
  local client, server = connect(listening, port)
  local chunk, rest = ("x"):rep(65536), 64 * 1024 * 1024
  local sending = testing.task(function()
    for _ = 1, rest / #chunk do assert(client:write(chunk)) end
  end)
  local received = 0
  while received < rest do received = received + #assert(server:read(65536)) end
  sending()
  client:close()
  server:close()
end

local function round_trips(connect, listening, port)
  local client, server = connect(listening, port)
  local echo = testing.task(function()
    for _ = 1, 5000 do assert(server:write(assert(server:read(1)))) end
  end)
  for _ = 1, 5000 do
    assert(client:write("x"))
    assert(client:read(1))
  end
  echo()
  client:close()
  server:close()
end

local function median(list)
  table.sort(list)
  return list[math.ceil(#list / 2)]
end

local rows = {{"handshakes", handshakes}, {"bulk", bulk}, {"round trips", round_trips}}
for _, row in ipairs(rows) do
  local ratios = {}
  for _ = 1, tonumber(os.getenv("ROUNDS") or 5) do
    local seconds = {}
    for i, side in ipairs{openssl(), ours()} do
      local failed = testing.run(function()
        local listening, port = testing.listener()
        local start = os.clock()
        row[2](side, listening, port)
        seconds[i] = os.clock() - start
        listening:close()
      end)
      if failed then error(failed) end
    end
    ratios[#ratios + 1] = seconds[1] / seconds[2]
  end
  table.sort(ratios)
  print(("%-12s %.2f of luaossl's per CPU second (%.2f to %.2f)"):format(row[1], median(ratios), ratios[1], ratios[#ratios]))
end
