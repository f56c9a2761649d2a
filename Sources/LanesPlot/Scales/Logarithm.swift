#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The base-10 logarithm of a positive number.
func decimalLogarithm(_ value: Double) -> Double { log10(value) }

/// 10 to any power.
func tenToThe(_ power: Double) -> Double { pow(10, power) }
