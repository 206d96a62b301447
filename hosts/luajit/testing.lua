-- What the scenarios and the tests have in common: files of a PKI, tasks, and pairs of connections.

local condition = require("cqueues.condition")
local cqueues = require("cqueues")
local socket = require("cqueues.socket")
local tls = require("inkotls")

local pki = arg[2]
local function file(name) return pki .. "/" .. name .. ".pem" end

local function identity(name, settings)
  settings = settings or {}
  settings.cert_file, settings.key_file = file(name), pki .. "/" .. name .. ".key"
  return settings
end

local function trusting(settings)
  settings = settings or {}
  settings.ca_file = settings.ca_file or file("ca")
  return settings
end

local function equal(is, should)
  if is ~= should then error(("%s, not %s"):format(tostring(is), tostring(should)), 2) end
end

local function pack(...) return {n = select("#", ...), ...} end

-- ============================================================== tasks

-- Runs a function in a coroutine; the result is a function that waits for what it returns.
local function task(f, ...)
  local loop, ended, results, arguments = cqueues.running(), condition.new(), nil, pack(...)
  loop:wrap(function()
    results = pack(pcall(f, unpack(arguments, 1, arguments.n)))
    ended:signal()
  end)
  return function()
    while not results do ended:wait() end
    if not results[1] then error(results[2], 0) end
    return unpack(results, 2, results.n)
  end
end

local function run(f)
  local loop, failed = cqueues.new(), nil
  loop:wrap(function()
    local ok, err = xpcall(f, function(err) return type(err) == "table" and err or debug.traceback(err) end)
    if not ok then failed = err end
  end)
  local ok, err = loop:loop()
  if not ok then failed = failed or err end
  return failed
end

local function listener()
  local listening = assert(socket.listen{host = "127.0.0.1", port = 0})
  assert(listening:listen())
  local _, _, port = listening:localname()
  return listening, port
end

local function dial(port)
  local connected = assert(socket.connect{host = "127.0.0.1", port = port})
  assert(connected:connect())
  connected:setmode("bn", "bn")
  return connected
end

local function accept(listening)
  local accepted = assert(listening:accept())
  accepted:setmode("bn", "bn")
  return accepted
end

-- A client and a server, which are connected. `serve` and `use` run at the same time.
local function pair(server_config, client_config, serve, use, name)
  local listening, port = listener()
  local server = task(function()
    local conn = assert(server_config:accept(accept(listening)))
    local results = pack(serve(conn))
    conn:close()
    return unpack(results, 1, results.n)
  end)
  local conn = assert(client_config:connect(dial(port), name or "localhost"))
  local results = {use(conn)}
  conn:close()
  listening:close()
  return {server()}, results
end

-- Exchanges `ping` and `pong`, and reads a clean end.
local function answer(conn)
  equal(assert(conn:read()), "ping")
  assert(conn:write("pong"))
  assert(conn:shutdown())
  equal(select("#", conn:read()), 1) -- nil without an error
  return conn:version(), conn:is_resumed(), conn:alpn(), conn:server_name(),
    conn:peer_certificate() and tls.subject(conn:peer_certificate())
end

local function ask(conn)
  assert(conn:write("ping"))
  equal(assert(conn:read()), "pong")
  equal(select("#", conn:read()), 1)
  assert(conn:shutdown())
  return conn:version(), conn:is_resumed(), conn:alpn(), tls.subject(conn:peer_certificate())
end

-- Both sides fail; returns their errors.
local function refused(server_config, client_config, name)
  local function fail(conn)
    local ok, err = conn:handshake()
    if ok then ok, err = conn:read() end
    assert(not ok and err, "nothing failed")
    return err
  end
  local server, use = pair(server_config, client_config, fail, fail, name)
  return use[1], server[1]
end

return {
  file = file, identity = identity, trusting = trusting, equal = equal, task = task, run = run,
  listener = listener, dial = dial, accept = accept, pair = pair, answer = answer, ask = ask, refused = refused,
}
