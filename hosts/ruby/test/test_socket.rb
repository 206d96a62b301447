# frozen_string_literal: true

require_relative "testing"
require "openssl"
require "timeout"

# In threads, without a scheduler, unless a test says otherwise.
class TestSocket < Minitest::Test
  include Testing

  # Two connected sockets: the server's and the client's.
  def connected(served = server, uses = client, handshake: true)
    listen do |listener, port|
      there = uses.wrap(TCPSocket.new("127.0.0.1", port), server_name: "localhost")
      here = served.wrap(listener.accept)
      [here, there].map { |socket| Thread.new { socket.handshake } }.each(&:value) if handshake
      return yield here, there
    ensure
      [here, there].compact.map { |socket| Thread.new { socket.close } }.each(&:join)
    end
  end

  # Waits until a thread waits.
  def waiting(thread)
    Thread.pass until thread.stop?
    thread
  end

  def test_bad_settings_raise_the_reason
    {
      Errno::ENOENT => -> { Inkotls::ClientContext.new(ca_file: "/nowhere.pem") },
      ArgumentError => -> { Inkotls::ClientContext.new(versions: ["TLS 1.1"]) },
      KeyError => -> { server(client_auth: :perhaps) },
    }.each { |error, call| assert_raises(error, &call) }
    {
      invalid_certificate: -> { Inkotls::ClientContext.new(ca: "no PEM") },
      invalid_argument: -> { client(alpn: [""]) },
      key_mismatch: -> { Inkotls::Identity.new(cert_file: pki("ecdsa.pem"), key_file: pki("rsa.key")) },
      invalid_name: -> { Inkotls::ServerContext.new(names: { "not a name" => identity("ecdsa") }) },
    }.each do |status, call|
      error = assert_raises(Inkotls::Error, &call)
      assert_equal status, error.status
      assert_operator error.message.length, :>, 10
    end
  end

  def test_a_bad_server_name_has_a_reason
    listen do |_, port|
      error = assert_raises(Inkotls::Error) { client.connect("127.0.0.1", port, server_name: "a.test:443") }
      assert_equal :invalid_name, error.status
      assert_match(/port/, error.message)
    end
  end

  def test_objects_of_openssl_are_identities_and_authorities
    cert, key = OpenSSL::X509::Certificate.new(File.read(pki("ecdsa.pem"))), OpenSSL::PKey.read(File.read(pki("ecdsa.key")))
    served = Inkotls::ServerContext.new(identity: Inkotls::Identity.new(cert: cert, key: key.private_to_pem))
    uses = Inkotls::ClientContext.new(ca: [OpenSSL::X509::Certificate.new(File.read(pki("ca.pem")))])
    connected(served, uses) do |_, there|
      seen = there.peer_certificate
      assert_equal [cert.serial.to_i, cert.not_after, cert.to_der, cert.to_pem], [seen.serial, seen.not_after, seen.to_der, seen.to_pem]
      assert_includes seen.dns_names, "localhost"
      assert_equal "CN=inkotls example ecdsa", there.verified_certificates.first.subject
      refute_predicate seen, :ca?
    end
  end

  def test_a_reader_and_a_writer_in_threads
    data = Random.bytes(3_000_000)
    connected do |here, there|
      results = [here, there].map do |socket|
        [Thread.new { socket.read(data.bytesize) }, Thread.new { socket.write(data) }]
      end
      assert_equal [data, data.bytesize] * 2, results.flatten.map(&:value)
    end
  end

  def test_writers_do_not_mix
    connected do |here, there|
      writing = %w[a b].map { |letter| Thread.new { here.write(letter * 1_000_000) } }
      assert_includes %w[ab ba], there.read(2_000_000).squeeze
      writing.each(&:join)
    end
  end

  def test_nonblocking_calls
    connected do |here, there|
      assert_equal :wait_readable, there.read_nonblock(1, exception: false)
      assert_raises(IO::WaitReadable) { there.read_nonblock(1) }
      assert_equal 2, here.write_nonblock("ab")
      there.io.wait_readable
      assert_equal "a", there.read_nonblock(1)
      assert_equal "b", there.readpartial(5)
    end
  end

  def test_a_nonblocking_write_reports_what_was_sent
    data = Random.bytes(10_000_000)
    connected do |here, there|
      sent = 0
      while (count = here.write_nonblock(data.byteslice(sent..), exception: false)).is_a?(Integer)
        sent += count
      end
      assert_equal :wait_writable, count
      assert_raises(IO::WaitWritable) { here.write_nonblock(data.byteslice(sent..)) }
      reading = Thread.new { there.read(data.bytesize) }
      while sent < data.bytesize
        case (count = here.write_nonblock(data.byteslice(sent..), exception: false))
        when Integer then sent += count
        else here.io.wait_writable
        end
      end
      assert_equal data, reading.value
    end
  end

  def test_write_goes_on_after_a_nonblocking_write
    data = Random.bytes(5_000_000)
    connected do |here, there|
      sent = 0
      while (count = here.write_nonblock(data.byteslice(sent..), exception: false)).is_a?(Integer)
        sent += count
      end
      reading = Thread.new { there.read(data.bytesize) }
      here.write(data.byteslice(sent..))
      assert_equal data, reading.value
    end
  end

  def test_a_nonblocking_handshake
    connected(handshake: false) do |here, there|
      assert_equal :wait_readable, there.read_nonblock(1, exception: false)
      assert_equal :wait_readable, here.write_nonblock("x", exception: false)
      there.io.wait_readable
      assert_equal :wait_readable, there.read_nonblock(1, exception: false)
      here.io.wait_readable
      assert_equal 1, here.write_nonblock("x", exception: false)
      nil while (data = there.read_nonblock(1, exception: false)) == :wait_readable && there.io.wait_readable
      assert_equal "x", data
    end
  end

  def test_after_a_time_limit_the_call_can_be_repeated
    connected(handshake: false) do |here, there|
      there.timeout = 0.01
      assert_raises(Inkotls::TimeoutError) { there.handshake }
      there.timeout = nil
      accepting = Thread.new { here.handshake }
      there.handshake
      accepting.join
      there.timeout = 0.01
      assert_raises(Inkotls::TimeoutError) { there.gets }
      here.write("a ")
      assert_raises(Inkotls::TimeoutError) { there.gets }
      here.puts("line")
      there.timeout = nil
      assert_equal "a line\n", there.gets
    end
  end

  def test_a_killed_thread_leaves_a_connection_that_can_be_used
    connected do |here, there|
      waiting(Thread.new { there.read }).kill.join
      assert_raises(Timeout::Error) { Timeout.timeout(0.01) { there.gets } }
      here.puts("line")
      assert_equal "line\n", there.gets
    end
  end

  def test_close_ends_calls_of_other_threads
    connected do |_, there|
      readers = Array.new(2) { waiting(Thread.new { error { there.read } }) }
      there.close
      assert_equal [IOError, IOError], readers.map { |thread| thread.value.class }
      assert_predicate there.io, :closed?
    end
  end

  def test_close_ends_calls_of_other_fibers
    Async do
      here, there = UNIXSocket.pair
      served, used = server.wrap(here), client.wrap(there, server_name: "localhost")
      [Async { served.handshake }, Async { used.handshake }].each(&:wait)
      ended = [Async { [error { used.read }] }, Async { [error { used.write("x" * 10_000_000) }] }]
      used.close
      assert_equal [IOError, IOError], ended.flat_map(&:wait).map(&:class)
      assert_predicate there, :closed?
      served.close
    end.wait
  end

  def test_a_stopped_task_can_be_followed_by_another
    Async do
      here, there = UNIXSocket.pair
      served, used = server.wrap(here), client.wrap(there, server_name: "localhost")
      2.times { Async { used.handshake }.stop }
      [Async { served.handshake }, Async { used.handshake }].each(&:wait)
      Async { used.gets }.stop
      served.puts("line")
      assert_equal "line\n", used.gets
      [served, used].each(&:close)
    end.wait
  end

  def test_close_ends_a_write
    connected do |here, there|
      writer = waiting(Thread.new { error { there.write("x" * 50_000_000) } })
      there.close
      assert_instance_of IOError, writer.value
      assert_raises(Inkotls::Error, SystemCallError) { here.read }
    end
  end

  def test_a_failure_reaches_a_peer_that_sends
    served = server(client_auth: :required, ca_file: pki("ca.pem"))
    100.times do
      connected(served, client, handshake: false) do |here, there|
        accepting = Thread.new { [error { here.handshake }, here.close] }
        there.handshake
        error = assert_raises(Inkotls::Error) do
          there.write("x" * 100_000) rescue nil # the peer may have closed
          there.read
        end
        assert_equal :certificate_required, error.alert_received
        there.close
        accepting.join
      end
    end
  end

  def test_what_was_sent_last_arrives_although_tickets_were_not_read
    connected(handshake: false) do |here, there|
      writing = Thread.new { there.write("x" * 100_000) && there.close }
      assert_equal 100_000, here.read.bytesize
      here.close
      writing.join
    end
  end

  def test_buffered_plaintext_is_refused
    here, there = UNIXSocket.pair
    there.write("220 ready\r\nEVIL\r\n")
    assert_equal "220 ready\r\n", here.gets
    error = assert_raises(Inkotls::Error) { client.wrap(here, server_name: "localhost") }
    assert_match(/plaintext/, error.message)
  ensure
    [here, there].each(&:close)
  end

  def test_a_unix_socket_carries_tls
    here, there = UNIXSocket.pair
    serving = Thread.new { with(server.wrap(here)) { |socket| socket.puts(socket.gets) } }
    with(client.wrap(there, server_name: "localhost")) do |socket|
      socket.puts("line")
      assert_equal "line\n", socket.gets
    end
    serving.join
  end

  def test_a_refused_connection_is_an_error_of_the_system
    port = listen { |_, it| it }
    assert_raises(Errno::ECONNREFUSED) { client.connect("127.0.0.1", port) }
  end

  def test_keying_material_is_the_same_on_both_sides
    connected do |here, there|
      assert_equal here.export_keying_material("label", 32, context: "c"), there.export_keying_material("label", 32, context: "c")
      refute_equal here.export_keying_material("label", 32), there.export_keying_material("other", 32)
    end
  end

  def test_facts_after_close_are_unknown
    connected do |_, there|
      there.close
      assert_nil there.version
      assert_nil there.peer_certificate
      assert_equal "#<Inkotls::Socket closed>", there.inspect
    end
  end

  def test_openssl_is_on_the_other_side
    contexts = [OpenSSL::SSL::SSLContext.new, OpenSSL::SSL::SSLContext.new]
    contexts[0].add_certificate(OpenSSL::X509::Certificate.new(File.read(pki("ecdsa.pem"))), OpenSSL::PKey.read(File.read(pki("ecdsa.key"))))
    contexts[1].set_params(ca_file: pki("ca.pem"))
    ["TLS 1.2", "TLS 1.3"].each do |version|
      listen do |listener, port|
        serving = Thread.new { echo(OpenSSL::SSL::SSLSocket.new(listener.accept, contexts[0]).tap { |it| it.sync_close = true }) }
        with(client(versions: [version]).connect("127.0.0.1", port, server_name: "localhost")) do |socket|
          assert_equal [version, "line\n"], [socket.version, said(socket)]
        end
        serving.join
        serving = Thread.new { echo(server(versions: [version]).wrap(listener.accept)) }
        theirs = OpenSSL::SSL::SSLSocket.new(TCPSocket.new("127.0.0.1", port), contexts[1])
        theirs.hostname, theirs.sync_close = "localhost", true
        with(theirs.connect) { |socket| assert_equal "line\n", said(socket) }
        serving.join
      end
    end
  end

  def echo(socket)
    with(socket.accept) do |it|
      while (line = it.gets)
        it.puts(line)
      end
    end
  end

  def said(socket)
    socket.puts("line")
    socket.gets
  end

  def test_a_child_process_connects
    served, uses = server, client
    listen do |listener, port|
      connected(served, uses) { nil }
      child = fork do
        with(uses.connect("127.0.0.1", port, server_name: "localhost")) { |socket| exit!(socket.gets == "line\n") }
      end
      with(served.wrap(listener.accept)) { |socket| socket.puts("line") }
      assert_predicate Process.wait2(child).last, :success?
    end
  end

  def test_forgotten_connections_are_freed
    before = [0, 0].map { forget_connections }.last
    after = [0, 0].map { forget_connections }.last
    assert_in_delta before, after, 3000
    assert_operator ObjectSpace.each_object(Inkotls::Socket).count, :<, 20
    assert_operator sockets, :<, 20
  end

  # The memory of the process, in KiB, after 400 connections.
  def forget_connections
    served, uses = server, client
    200.times do
      here, there = UNIXSocket.pair
      serving = Thread.new { served.wrap(here).handshake }
      uses.wrap(there, server_name: "localhost").handshake
      serving.join
    end
    4.times { GC.start }
    memory
  end

  def memory = File.read("/proc/self/status")[/VmRSS:\s*(\d+)/, 1].to_i

  def test_ractors_share_contexts
    contexts = [server, client(alpn: ["h2"])]
    assert(contexts.all? { |context| Ractor.shareable?(context) })
    refute Ractor.shareable?(client(dangerous_verifier: :verify.to_proc))
    skip "Fiddle #{Fiddle::VERSION} cannot be used in a Ractor" unless fiddle_in_ractor?

    listen do |listener, port|
      clients = Array.new(2) do
        Ractor.new(contexts[1], port) do |context, number|
          socket = context.connect("127.0.0.1", number, server_name: "localhost")
          socket.puts("line")
          [socket.gets, socket.version, socket.close]
        end
      end
      clients.each { echo(contexts[0].wrap(listener.accept)) }
      assert_equal [["line\n", "TLS 1.3", nil]] * 2, clients.map { |ractor| ractor.respond_to?(:value) ? ractor.value : ractor.take }
    end
  end

  def fiddle_in_ractor?
    verbose, $VERBOSE = $VERBOSE, nil
    probe = Ractor.new { Fiddle.dlopen(nil) && true rescue false }
    probe.respond_to?(:value) ? probe.value : probe.take
  ensure
    $VERBOSE = verbose
  end
end
