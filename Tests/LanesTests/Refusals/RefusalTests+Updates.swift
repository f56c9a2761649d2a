import CLanes

extension RefusalTests {
  static func update(
    _ rule: lanes_update_rule, _ count: Int64, _ parameter: UnsafeMutablePointer<Float>,
    _ first: UnsafeMutablePointer<Float>? = nil, _ second: UnsafeMutablePointer<Float>? = nil,
    gradient: UnsafeMutablePointer<Float>?, average: UnsafeMutablePointer<Float>? = nil
  ) -> lanes_status {
    var call = lanes_update_call()
    (call.rule, call.count, call.gradient) = (rule, count, UnsafePointer(gradient))
    (call.parameter, call.first, call.second, call.average) = (parameter, first, second, average)
    (call.rate, call.scale) = (1, 1)
    return lanes_update(nil, &call)
  }

  static let updates: [Refusal] = [
    Refusal("update null", LANES_NULL_POINTER) { _, _, _ in lanes_update(nil, nil) },
    Refusal("update rule", LANES_INVALID_OPERATION) { x, _, out in
      update(LANES_UPDATE_COUNT, 4, out.pointer, gradient: x.pointer)
    },
    Refusal("sgd count", LANES_INVALID_SIZE) { update(LANES_SGD, -1, $2.pointer, gradient: $0.pointer) },
    Refusal("sgd null", LANES_NULL_POINTER) { _, _, out in update(LANES_SGD, 4, out.pointer, gradient: nil) },
    Refusal("sgd in place", LANES_OVERLAP) { _, _, out in update(LANES_SGD, 4, out.pointer, gradient: out.pointer) },
    Refusal("sgd average is parameter", LANES_OVERLAP) { x, _, out in
      update(LANES_SGD, 4, out.pointer, gradient: x.pointer, average: out.pointer)
    },
    Refusal("sgd average over gradient", LANES_OVERLAP) { x, _, out in
      update(LANES_SGD, 4, out.pointer, gradient: x.pointer, average: x.pointer + 3)
    },
    Refusal("momentum velocity null", LANES_NULL_POINTER) { x, _, out in
      update(LANES_MOMENTUM, 4, out.pointer, gradient: x.pointer)
    },
    Refusal("momentum overlap", LANES_OVERLAP) { x, _, out in
      update(LANES_NESTEROV, 4, out.pointer, out.pointer + 3, gradient: x.pointer)
    },
    Refusal("adam count", LANES_INVALID_SIZE) { x, y, out in
      update(LANES_ADAM, most, out.pointer, y.pointer, out.pointer + 8, gradient: x.pointer)
    },
    Refusal("adam moments overlap", LANES_OVERLAP) { x, _, out in
      update(LANES_ADAM, 4, out.pointer, out.pointer + 8, out.pointer + 11, gradient: x.pointer)
    },
    Refusal("moving average overlap", LANES_OVERLAP) { _, _, out in
      lanes_moving_average(nil, 4, out.pointer, out.pointer + 1, 0.5)
    },
    Refusal("moving average null", LANES_NULL_POINTER) { x, _, _ in lanes_moving_average(nil, 4, nil, x.pointer, 0.5) },
  ]
}
