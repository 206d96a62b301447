# frozen_string_literal: true

require_relative "testing"

class TestCallbacks < Minitest::Test
  include Testing

  # The error of a client with a verifier.
  def failure(&verifier)
    error { Async { pair(server, client(dangerous_verifier: verifier), ->(socket) { [error { socket.read }] }, ->(socket) { socket.handshake && nil }) }.wait }
  end

  def test_a_verifier_knows_its_peer
    seen = nil
    verifier = lambda do |peer|
      seen = [peer.server_name, peer.certificates.map(&:subject), peer.socket.class]
      peer.verify
    end
    Async { pair(server, client(dangerous_verifier: verifier), ANSWER, ASK) }.wait
    assert_equal ["localhost", ["CN=inkotls example ecdsa"], Inkotls::Socket], seen
  end

  def test_a_verifier_accepts_what_the_library_refuses
    seen = nil
    context = Inkotls::ClientContext.new(ca_file: pki("ca.pem"), dangerous_verifier: ->(peer) { (seen = peer.verify) && true })
    Async { pair(server("expired"), context, ANSWER, ASK) }.wait
    assert_equal :expired, seen
  end

  def test_a_verifier_refuses
    assert_equal :revoked, failure { :revoked }.certificate_error
    assert_equal [:other, nil], failure { nil }.then { |it| [it.certificate_error, it.cause] }
    assert_equal [:other, "certificate_unknown"], failure { 1 }.then { |it| [it.certificate_error, it.alert_sent.to_s] }
  end

  def test_whatever_a_verifier_does_is_a_refusal_with_its_cause
    assert_equal "no", failure { raise "no" }.cause.message
    assert_instance_of UncaughtThrowError, failure { throw :somewhere }.cause
    assert_instance_of SystemExit, failure { exit }.cause
    assert_equal :other, failure { Thread.exit }.certificate_error
    assert_equal :other, failure { Thread.current.kill }.certificate_error
  end

  def test_a_server_verifies_its_client
    served = server(client_auth: :required, ca_file: pki("ca.pem"), dangerous_verifier: ->(peer) { peer.verify && peer.server_name.nil? })
    seen, = Async { pair(served, client(identity: identity("client")), ANSWER, ASK) }.wait
    assert_equal "CN=inkotls example client", seen[:subject]
  end

  # The verifiers of this test wait until it ends.
  def with_waiting_verifier
    gate, begun = Thread::Queue.new, Thread::Queue.new
    context = client(dangerous_verifier: lambda { |peer|
      begun << true
      gate.pop
      peer.verify
    })
    here, there = UNIXSocket.pair
    serving = Thread.new { with(server.wrap(here)) { |socket| socket.puts("line") } }
    serving.report_on_exception = false
    with(context.wrap(there, server_name: "localhost")) { |socket| yield socket, begun, gate }
    serving
  ensure
    8.times { gate << true }
  end

  def test_a_time_limit_ends_before_a_verifier
    with_waiting_verifier do |socket, _, gate|
      socket.timeout = 0.01
      2.times { assert_raises(Inkotls::TimeoutError) { socket.handshake } }
      gate << true
      socket.timeout = nil
      assert_equal "line\n", socket.gets
    end.join
  end

  def test_close_does_not_wait_for_a_verifier
    serving = with_waiting_verifier do |socket, begun, _|
      handshake = Thread.new { error { socket.handshake } }
      begun.pop
      socket.close
      assert_instance_of IOError, handshake.value
    end
    assert_raises(Inkotls::Error, SystemCallError) { serving.join }
  end

  def test_a_cancelled_task_does_not_wait_for_a_verifier
    with_waiting_verifier do |socket, begun, _|
      Async do
        handshake = Async { socket.handshake }
        begun.pop
        handshake.stop
        assert_predicate handshake, :finished?
      end.wait
    end
  end

  def test_a_process_ends_although_a_verifier_waits
    program = <<~RUBY
      require "#{__dir__}/testing"
      context = Inkotls::ClientContext.new(dangerous_verifier: ->(_) { $stdout.syswrite("begun\n") && sleep })
      here, there = UNIXSocket.pair
      Thread.new { Testing.server.wrap(here).handshake }
      Thread.new { context.wrap(there, server_name: "localhost").handshake }
      $stdin.read
    RUBY
    IO.popen([{ "INKOTLS_PKI" => PKI }, "ruby", "-e", program], "r+") do |process|
      assert_equal "begun\n", process.gets
      process.close_write
      assert_equal "", process.read
    end
    assert_predicate $?, :success?
  end

  def test_a_key_log_may_wait
    lines = []
    context = client(dangerous_key_log: lambda { |line, socket|
      sleep 0.001
      lines << [line.split.first, socket.class]
    })
    Async { pair(server, context, ANSWER, ASK) }.wait
    assert_equal 5, lines.size
    assert_includes lines, ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", Inkotls::Socket]
  end

  def test_close_while_a_key_log_waits_leaves_the_socket_to_the_call
    begun, gate = Thread::Queue.new, Thread::Queue.new
    context = client(dangerous_key_log: lambda { |*|
      begun << true
      gate.pop
    })
    here, there = UNIXSocket.pair
    serving = Thread.new { error { with(server.wrap(here), &:handshake) } }
    socket = context.wrap(there, server_name: "localhost")
    handshake = Thread.new { error { socket.handshake } }
    begun.pop
    socket.close
    refute_predicate there, :closed?
    10.times { gate << true }
    assert_kind_of StandardError, handshake.value
    serving.join
  end

  def test_the_exception_of_a_key_log_is_raised
    seen = error { Async { pair(server, client(dangerous_key_log: ->(*) { raise "full" }), ->(socket) { [error { socket.read }] }, ASK) }.wait }
    assert_equal "full", seen.message
  end

  def test_callbacks_are_kept_where_they_are
    context = client(session_cache: 0, dangerous_verifier: ->(peer) { peer.verify }, dangerous_key_log: ->(*) { GC.compact })
    GC.verify_compaction_references(toward: :empty, double_heap: true)
    10.times { Async { pair(server, context, ANSWER, ASK) }.wait }
  end
end
