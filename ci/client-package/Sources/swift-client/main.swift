import CLanes
import Lanes

let a = UnsafeMutablePointer<Float>.allocate(capacity: 4)
let b = UnsafeMutablePointer<Float>.allocate(capacity: 4)
let c = UnsafeMutablePointer<Float>.allocate(capacity: 4)
for index in 0..<4 {
  a[index] = Float(1 + index)
  b[index] = Float(5 + index)
}

// The Swift interface.
let backend = try NativeBackend()
try backend.matmul(Matmul(m: 2, n: 2, k: 2, a: a, b: b, c: c))
print("swift:", c[0], c[1], c[2], c[3])

// The C interface, from Swift.
var call = lanes_matmul_call()
(call.m, call.n, call.k, call.alpha) = (2, 2, 2, 1)
(call.a, call.a_stride, call.b, call.b_stride) = (UnsafePointer(a), 2, UnsafePointer(b), 2)
(call.c, call.c_stride) = (c, 2)
let status = lanes_matmul(nil, &call)
print(
  "C from swift:",
  status == LANES_OK ? "\(c[0]) \(c[1]) \(c[2]) \(c[3])" : String(cString: lanes_status_message(status)))
