// Package speed measures explorations against bare coroutine switches.
//
// A machine that others use is now fast and now slow. So the time of a step is
// told as a multiple of the time of a bare round trip of package iter, into a
// coroutine and out again, which is measured in the same run, in turns with the
// exploration; the median of many such slices counts.
package speed
