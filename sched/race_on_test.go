//go:build race

package sched

// raceEnabled says that the tests run under the race detector.
const raceEnabled = true
