package sched

// cacheFault is a deliberate error of strategy cache, for tests that show that
// it would be noticed.
type cacheFault uint32

const (
	cacheFaultWake    cacheFault = 1 << iota // a task sleeps on, whatever others do
	cacheFaultDaemon                         // it is forgotten that the end of the last task ends all
	cacheFaultHistory                        // what tasks have read is no part of the state
	cacheFaultValue                          // values of words are not
	cacheFaultHolder                         // holders of locks are not
	cacheFaultQueue                          // nor who waits for a condition variable
	cacheFaultMemory                         // nor memory
	cacheFaultRaces                          // nor who has seen which access
	cacheFaultBudget                         // a state is the same however much of a bound is left
	cacheFaultOrder                          // the order of racing accesses is left to chance
	cacheFaultCycle                          // loops are passed over in silence
)
