# frozen_string_literal: true

require "fiddle"

module Inkotls
  # The functions of the shared object. An object of Fiddle belongs to the Ractor that created it, so each Ractor has a
  # Library.
  class Library
    PATH = (ENV["INKOTLS_LIBRARY"] || Declarations::SONAME).dup.freeze
    TYPES = {
      void: Fiddle::TYPE_VOID, int: Fiddle::TYPE_INT32_T, uint: -Fiddle::TYPE_INT32_T, long: Fiddle::TYPE_INT64_T,
      size: Fiddle::TYPE_SIZE_T, address: Fiddle::TYPE_UINTPTR_T, pointer: Fiddle::TYPE_VOIDP,
      text: Fiddle::TYPE_CONST_STRING,
    }.freeze
    POINTER_SIZE = Fiddle::SIZEOF_VOIDP

    attr_reader(*Declarations::FUNCTIONS.keys)
    attr_reader :pool

    def self.current = Ractor.current[:inkotls] ||= new

    # Frees a handle whose owner was collected. The owner must not be referred to.
    def self.finalizer(free, handle) = proc { current.public_send(free).call(handle) }

    # A function that Ruby calls from C. Fiddle enters and leaves the global lock as needed, because the library calls
    # callbacks on the thread that has called the library.
    def self.callback(name, &block)
      result, *parameters = Declarations::CALLBACKS.fetch(name).map { |type| TYPES.fetch(type) }
      Fiddle::Closure::BlockCaller.new(result, parameters, &block)
    end

    def initialize
      shared_object = open_shared
      Declarations::FUNCTIONS.each do |name, (result, *parameters)|
        # Ruby's global lock is kept during calls that return at once: giving it away costs more than most of them, and
        # a call that keeps it cannot be interrupted between its return and the use of what it has returned.
        function = Fiddle::Function.new(
          shared_object["inkotls_#{name}"], TYPES.fetch_values(*parameters), TYPES.fetch(result),
          need_gvl: !Declarations::BLOCKING.include?(name)
        )
        instance_variable_set(:"@#{name}", function)
      end
      abi = abi_version.call
      raise LoadError, "#{PATH} has the ABI #{abi}, not #{Declarations::ABI}" if abi != Declarations::ABI

      @pool = Pool.new
    end

    # The handle that a function writes to its last parameter. The block receives the address of that output.
    def output
      out = "\0" * POINTER_SIZE
      Error.check(yield(Fiddle::Pointer[out].to_i))
      out.unpack1("J")
    end

    # The bytes that a function returns by a pointer and a length, or nil. The block receives the addresses of both.
    def bytes
      out = "\0" * (2 * POINTER_SIZE)
      address = Fiddle::Pointer[out].to_i
      return if yield(address, address + POINTER_SIZE) != Declarations::STATUS_OK

      start, length = out.unpack("JJ")
      Fiddle::Pointer.new(start)[0, length]
    end

    def text(&block) = bytes(&block)&.force_encoding(Encoding::UTF_8)

    # The items of a list: the block returns the item with an index, or nil after the last one.
    def list(&block) = (0..).lazy.map(&block).take_while(&:itself).to_a

    private

    def open_shared
      Fiddle.dlopen(PATH)
    rescue Fiddle::DLError => e
      raise LoadError, "#{e.message} (the environment variable INKOTLS_LIBRARY can name the file)"
    end
  end
end
