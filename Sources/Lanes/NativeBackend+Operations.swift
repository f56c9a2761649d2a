import CLanes

/// Every operation hands its arguments to C, which checks them. Only when C refuses are they looked at again here, to say
/// what was wrong with which value.

@inline(never)
func explain(_ operation: String, _ status: lanes_status, _ validate: () throws(LanesError) -> Void)
  -> LanesError
{
  if status == LANES_OUT_OF_MEMORY { return LanesError(operation, .outOfMemory) }
  do throws(LanesError) { try validate() } catch { return error }
  return LanesError(operation, .other(String(cString: lanes_status_message(status))))
}

extension Operand {
  fileprivate var c: lanes_operand {
    lanes_operand(data: data, row_stride: Int64(rowStride), column_stride: Int64(columnStride))
  }
}

extension LabelOptions {
  fileprivate var c: lanes_label_options {
    lanes_label_options(
      ignores: ignoredLabel == nil ? 0 : 1, ignored_label: ignoredLabel ?? 0, class_weights: classWeights,
      smoothing: smoothing)
  }
}

extension Axis {
  fileprivate var c: lanes_axis { lanes_axis(UInt32(rawValue)) }
}

extension NativeBackend {
  public func unary(
    _ operation: UnaryOperation, count: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) throws(LanesError) {
    let status = lanes_unary(context, lanes_unary_op(UInt32(operation.rawValue)), Int64(count), x, y)
    if status != LANES_OK {
      throw explain("\(operation)", status) { () throws(LanesError) in
        try Validate.unary(operation, count: count, x, into: y)
      }
    }
  }

  public func unaryGradient(
    _ operation: UnaryOperation, count: Int, of value: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>
  ) throws(LanesError) {
    let op = lanes_unary_op(UInt32(operation.rawValue))
    let status = lanes_unary_gradient(context, op, Int64(count), value, dy, dx)
    if status != LANES_OK {
      throw explain("\(operation) gradient", status) { () throws(LanesError) in
        try Validate.unaryGradient(operation, count: count, of: value, dy, into: dx)
      }
    }
  }

  public func binary(
    _ operation: BinaryOperation, rows: Int, columns: Int, _ a: Operand, _ b: Operand, into output: MatrixOutput
  ) throws(LanesError) {
    let status = lanes_binary(
      context, lanes_binary_op(UInt32(operation.rawValue)), Int64(rows), Int64(columns), a.c, b.c, output.data,
      Int64(output.stride))
    if status != LANES_OK {
      throw explain("\(operation)", status) { () throws(LanesError) in
        try Validate.elementwise(operation, rows: rows, columns: columns, a, b, into: output)
      }
    }
  }

  public func ternary(
    _ operation: TernaryOperation, rows: Int, columns: Int, _ a: Operand, _ b: Operand, _ c: Operand,
    into output: MatrixOutput
  ) throws(LanesError) {
    let status = lanes_ternary(
      context, lanes_ternary_op(UInt32(operation.rawValue)), Int64(rows), Int64(columns), a.c, b.c, c.c, output.data,
      Int64(output.stride))
    if status != LANES_OK {
      throw explain("\(operation)", status) { () throws(LanesError) in
        try Validate.elementwise(
          "\(operation)", rows: rows, columns: columns, a, b, c, into: output)
      }
    }
  }

  public func reduce(
    _ operation: ReduceOperation, _ axis: Axis, rows: Int, columns: Int, _ x: MatrixInput,
    into output: UnsafeMutablePointer<Float>
  ) throws(LanesError) {
    let status = lanes_reduce(
      context, lanes_reduce_op(UInt32(operation.rawValue)), axis.c, Int64(rows), Int64(columns), x.data,
      Int64(x.stride), output)
    if status != LANES_OK {
      throw explain("\(operation)", status) { () throws(LanesError) in
        try Validate.reduce(operation, axis, rows: rows, columns: columns, x, into: output)
      }
    }
  }

  public func argmax(
    _ axis: Axis, rows: Int, columns: Int, _ x: MatrixInput, into output: UnsafeMutablePointer<Int32>
  ) throws(LanesError) {
    let status = lanes_argmax(context, axis.c, Int64(rows), Int64(columns), x.data, Int64(x.stride), output)
    if status != LANES_OK {
      throw explain("argmax", status) { () throws(LanesError) in
        try Validate.argmax(axis, rows: rows, columns: columns, x, into: output)
      }
    }
  }

  public func softmax(rows: Int, columns: Int, _ x: MatrixInput, into y: MatrixOutput) throws(LanesError) {
    let status = lanes_softmax(
      context, Int64(rows), Int64(columns), x.data, Int64(x.stride), y.data, Int64(y.stride))
    if status != LANES_OK {
      throw explain("softmax", status) { () throws(LanesError) in
        try Validate.softmax(rows: rows, columns: columns, x, into: y)
      }
    }
  }

  public func softmaxGradient(
    rows: Int, columns: Int, of y: MatrixInput, _ dy: MatrixInput, into dx: MatrixOutput
  ) throws(LanesError) {
    let status = lanes_softmax_gradient(
      context, Int64(rows), Int64(columns), y.data, Int64(y.stride), dy.data, Int64(dy.stride), dx.data,
      Int64(dx.stride))
    if status != LANES_OK {
      throw explain("softmax gradient", status) { () throws(LanesError) in
        try Validate.softmaxGradient(rows: rows, columns: columns, of: y, dy, into: dx)
      }
    }
  }

  public func logSoftmax(rows: Int, columns: Int, _ x: MatrixInput, into y: MatrixOutput) throws(LanesError) {
    let status = lanes_log_softmax(
      context, Int64(rows), Int64(columns), x.data, Int64(x.stride), y.data, Int64(y.stride))
    if status != LANES_OK {
      throw explain("logSoftmax", status) { () throws(LanesError) in
        try Validate.softmax("logSoftmax", rows: rows, columns: columns, x, into: y)
      }
    }
  }

  public func logSoftmaxGradient(
    rows: Int, columns: Int, of y: MatrixInput, _ dy: MatrixInput, into dx: MatrixOutput
  ) throws(LanesError) {
    let status = lanes_log_softmax_gradient(
      context, Int64(rows), Int64(columns), y.data, Int64(y.stride), dy.data, Int64(dy.stride), dx.data,
      Int64(dx.stride))
    if status != LANES_OK {
      throw explain("logSoftmax gradient", status) { () throws(LanesError) in
        try Validate.softmaxGradient("logSoftmax", rows: rows, columns: columns, of: y, dy, into: dx)
      }
    }
  }

  public func softmaxCrossEntropy(_ call: SoftmaxCrossEntropy) throws(LanesError) {
    var c = lanes_cross_entropy_call()
    (c.rows, c.columns) = (Int64(call.rows), Int64(call.columns))
    (c.logits, c.logits_stride) = (call.logits.data, Int64(call.logits.stride))
    switch call.target {
    case .labels(let labels, let options): (c.labels, c.label_options) = (labels, options.c)
    case .probabilities(let targets): (c.targets, c.targets_stride) = (targets.data, Int64(targets.stride))
    }
    (c.loss, c.mean) = (call.loss, call.mean)
    if let gradient = call.gradient { (c.gradient, c.gradient_stride) = (gradient.data, Int64(gradient.stride)) }
    (c.scale, c.gradient_of_mean) = (call.scale, call.gradientOfMean ? 1 : 0)
    let status = lanes_softmax_cross_entropy(context, &c)
    if status != LANES_OK { throw explain("softmaxCrossEntropy", status, call.validate) }
  }

  public func linearCrossEntropy(_ call: LinearCrossEntropy) throws(LanesError) {
    var c = lanes_linear_cross_entropy_call()
    (c.rows, c.inputs, c.classes) = (Int64(call.rows), Int64(call.inputs), Int64(call.classes))
    (c.x, c.x_stride) = (call.x.data, Int64(call.x.stride))
    (c.w, c.w_stride) = (call.weights.data, Int64(call.weights.stride))
    (c.bias, c.labels, c.label_options) = (call.bias, call.labels, call.labelOptions.c)
    (c.loss, c.mean) = (call.loss, call.mean)
    if let output = call.xGradient { (c.x_gradient, c.x_gradient_stride) = (output.data, Int64(output.stride)) }
    if let output = call.weightsGradient { (c.w_gradient, c.w_gradient_stride) = (output.data, Int64(output.stride)) }
    (c.bias_gradient, c.scale, c.gradient_of_mean) = (call.biasGradient, call.scale, call.gradientOfMean ? 1 : 0)
    if let memory = call.workspace { (c.workspace, c.workspace_floats) = (memory.baseAddress, Int64(memory.count)) }
    let status = lanes_linear_cross_entropy(context, &c)
    if status != LANES_OK { throw explain("linearCrossEntropy", status, call.validate) }
  }

  public func linearCrossEntropyWorkspace(rows: Int, inputs: Int, classes: Int) -> Int {
    var floats: Int64 = 0
    let status = lanes_linear_cross_entropy_workspace(context, Int64(rows), Int64(inputs), Int64(classes), &floats)
    return status == LANES_OK ? Int(floats) : 0
  }

  public func update(
    _ parameter: UnsafeMutablePointer<Float>, count: Int, by update: Update, options: UpdateOptions
  ) throws(LanesError) {
    var call = lanes_update_call()
    (call.count, call.parameter) = (Int64(count), parameter)
    (call.scale, call.low, call.high) = (options.gradientScale, options.low, options.high)
    (call.decay, call.shrink) = (options.decay, options.shrink)
    (call.average, call.average_decay) = (options.average, options.averageDecay)
    let status: lanes_status
    if case .movingAverage(let of, let decay) = update {
      status = lanes_moving_average(context, Int64(count), parameter, of, decay)
    } else {
      call.describe(update)
      status = lanes_update(context, &call)
    }
    if status != LANES_OK {
      throw explain(update.name, status) { () throws(LanesError) in
        try update.validate(parameter, count: count, options: options)
      }
    }
  }
}

extension lanes_update_call {
  /// Takes the rule with its arrays and numbers; a moving average is no rule of this call.
  @inline(__always)
  fileprivate mutating func describe(_ update: Update) {
    switch update {
    case .sgd(let gradient, let rate): (rule, self.gradient, self.rate) = (LANES_SGD, gradient, rate)
    case .momentum(let velocity, let gradient, let rate, let momentum, let nesterov):
      (rule, first) = (nesterov ? LANES_NESTEROV : LANES_MOMENTUM, velocity)
      (self.gradient, self.rate, beta1) = (gradient, rate, momentum)
    case .adagrad(let accumulator, let gradient, let rate, let epsilon):
      (rule, first) = (LANES_ADAGRAD, accumulator)
      (self.gradient, self.rate, self.epsilon) = (gradient, rate, epsilon)
    case .rmsProp(let meanSquare, let velocity, let gradient, let rate, let rho, let momentum, let epsilon):
      (rule, first, second) = (LANES_RMS_PROP, meanSquare, velocity)
      (self.gradient, self.rate, beta1, beta2, self.epsilon) = (gradient, rate, rho, momentum, epsilon)
    case .adam(let firstMoment, let secondMoment, let gradient, let rate, let beta1, let beta2, let epsilon):
      (rule, first, second) = (LANES_ADAM, firstMoment, secondMoment)
      (self.gradient, self.rate, self.epsilon) = (gradient, rate, epsilon)
      (self.beta1, self.beta2) = (beta1, beta2)
    case .movingAverage: break
    }
  }
}
