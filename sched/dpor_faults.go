package sched

// fault is a deliberate error of the reduction, for tests that show that it
// would be noticed.
type fault uint32

const (
	faultSleep fault = 1 << iota
)
