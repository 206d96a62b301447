# frozen_string_literal: true

module Inkotls
  # Threads for the steps of handshakes that may block. They begin when they are needed.
  class Pool
    # A step that runs on a thread. Fibers of a scheduler wait for it as threads do.
    class Step
      def initialize(&block)
        @block, @mutex, @changed = block, Mutex.new, ConditionVariable.new
        @is_over = @is_abandoned = false
      end

      def run
        @block.call
      ensure
        @mutex.synchronize do
          @is_over = true
          @changed.broadcast
        end
      end

      # Wakes those who wait, although the step still runs.
      def abandon
        @mutex.synchronize do
          @is_abandoned = true
          @changed.broadcast
        end
      end

      def over? = @mutex.synchronize { @is_over }

      # Waits until the step is over or abandoned, or the seconds are over.
      def wait(seconds) = @mutex.synchronize { @changed.wait(@mutex, seconds) unless @is_over || @is_abandoned }
    end

    LIMIT = 64

    def initialize
      @steps, @threads, @mutex = Thread::Queue.new, [], Mutex.new
    end

    def start(&block)
      step = Step.new(&block)
      @steps << step
      @mutex.synchronize do
        @threads.select!(&:alive?) # none is after fork
        @threads << Thread.new { loop { @steps.pop.run } } if @steps.length > @steps.num_waiting && @threads.size < LIMIT
      end
      step
    end
  end
end
