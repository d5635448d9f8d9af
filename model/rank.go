package model

import "fmt"

// Rank is the place of a lock in the lock order: a lock of a lower rank is
// taken before one of a higher rank.
//
// Runtime: lockRank in lockrank.go, Go 1.16.
type Rank int

// The ranks of Go 1.16, outermost first. The zero Rank is a lock without a
// declared rank, which counts as [LeafRank].
const (
	RankNone Rank = iota
	RankSysmon
	RankScavenge
	RankForcegc
	RankSweepWaiters
	RankAssistQueue
	RankCpuprof
	RankSweep
	RankPollDesc
	RankSched
	RankDeadlock
	RankPanic
	RankAllg
	RankAllp
	RankTimers
	RankItab
	RankReflectOffs
	RankHchan
	RankFin
	RankNotifyList
	RankTraceBuf
	RankTraceStrings
	RankMspanSpecial
	RankProf
	RankGcBitsArenas
	RankRoot
	RankTrace
	RankTraceStackTab
	RankNetpollInit
	RankRwmutexW
	RankRwmutexR
	RankSpanSetSpine
	RankGscan
	RankStackpool
	RankStackLarge
	RankDefer
	RankSudog
	RankWbufSpans
	RankMheap
	RankMheapSpecial
	RankGlobalAlloc
	RankGFree
	RankHchanLeaf
	numRanks
)

// LeafRank is the rank of locks under which only locks of no other leaf are
// taken. Runtime: lockRankLeafRank.
const LeafRank Rank = 1000

var rankNames = [numRanks]string{
	"none", "sysmon", "scavenge", "forcegc", "sweepWaiters", "assistQueue", "cpuprof", "sweep",
	"pollDesc", "sched", "deadlock", "panic", "allg", "allp", "timers", "itab", "reflectOffs",
	"hchan", "fin", "notifyList", "traceBuf", "traceStrings", "mspanSpecial", "prof",
	"gcBitsArenas", "root", "trace", "traceStackTab", "netpollInit", "rwmutexW", "rwmutexR",
	"spanSetSpine", "gscan", "stackpool", "stackLarge", "defer", "sudog", "wbufSpans", "mheap",
	"mheapSpecial", "globalAlloc.mutex", "gFree", "hchanLeaf",
}

// String returns the runtime's name of r.
func (r Rank) String() string {
	switch {
	case r == LeafRank:
		return "leaf"
	case r >= 0 && r < numRanks:
		return rankNames[r]
	}
	return fmt.Sprintf("Rank(%d)", int(r))
}

// rankSet is a set of ranks below numRanks, one bit each.
type rankSet uint64

// has reports whether r is in s.
func (s rankSet) has(r Rank) bool { return r >= 0 && r < numRanks && s>>uint(r)&1 != 0 }

// Sets from which the rows of the partial order are put together. They have no
// meaning of their own in the runtime.
const (
	// locks that are held when almost anything else is taken
	oftenHeld rankSet = 1<<RankSysmon | 1<<RankScavenge | 1<<RankAssistQueue | 1<<RankSched |
		1<<RankTimers | 1<<RankItab | 1<<RankReflectOffs | 1<<RankHchan | 1<<RankNotifyList |
		1<<RankTraceBuf | 1<<RankTraceStrings
	// locks under which the memory allocator's special purpose locks are taken
	underAlloc = oftenHeld | 1<<RankCpuprof | 1<<RankSweep | 1<<RankAllg | 1<<RankAllp
	// locks under which a stack is scanned or allocated
	underStack rankSet = 1<<RankSysmon | 1<<RankScavenge | 1<<RankSweepWaiters | 1<<RankAssistQueue |
		1<<RankCpuprof | 1<<RankSweep | 1<<RankSched | 1<<RankTimers | 1<<RankItab |
		1<<RankReflectOffs | 1<<RankHchan | 1<<RankFin | 1<<RankNotifyList | 1<<RankTraceBuf |
		1<<RankTraceStrings | 1<<RankProf | 1<<RankGcBitsArenas | 1<<RankRoot | 1<<RankTrace |
		1<<RankTraceStackTab | 1<<RankNetpollInit | 1<<RankSpanSetSpine
)

// mayPrecede lists, for each rank, the ranks of the locks under which it may be
// taken directly: the most recent lock that the M holds must be one of them. A
// rank that lists itself may be held more than once.
//
// Runtime: lockPartialOrder, Go 1.16.
var mayPrecede = [numRanks]rankSet{
	RankScavenge: 1 << RankSysmon,
	RankForcegc:  1 << RankSysmon,
	RankSched: 1<<RankSysmon | 1<<RankScavenge | 1<<RankForcegc | 1<<RankSweepWaiters |
		1<<RankAssistQueue | 1<<RankCpuprof | 1<<RankSweep | 1<<RankPollDesc,
	RankDeadlock: 1 << RankDeadlock,
	RankPanic:    1 << RankDeadlock,
	RankAllg:     1<<RankSysmon | 1<<RankSched | 1<<RankPanic,
	RankAllp:     1<<RankSysmon | 1<<RankSched,
	RankTimers: 1<<RankSysmon | 1<<RankScavenge | 1<<RankSched | 1<<RankAllp |
		1<<RankPollDesc | 1<<RankTimers,
	RankReflectOffs: 1 << RankItab,
	RankHchan:       1<<RankScavenge | 1<<RankSweep | 1<<RankHchan,
	RankFin: 1<<RankSysmon | 1<<RankScavenge | 1<<RankSched | 1<<RankAllg |
		1<<RankTimers | 1<<RankHchan,
	RankTraceBuf:     1<<RankSysmon | 1<<RankScavenge,
	RankTraceStrings: 1 << RankTraceBuf,
	RankMspanSpecial: underAlloc,
	RankProf:         underAlloc,
	RankGcBitsArenas: oftenHeld | 1<<RankCpuprof | 1<<RankAllg,
	RankTrace: 1<<RankSysmon | 1<<RankScavenge | 1<<RankForcegc | 1<<RankAssistQueue |
		1<<RankSched | 1<<RankHchan | 1<<RankTraceBuf | 1<<RankTraceStrings | 1<<RankRoot | 1<<RankSweep,
	RankTraceStackTab: 1<<RankScavenge | 1<<RankSweepWaiters | 1<<RankAssistQueue | 1<<RankSweep |
		1<<RankSched | 1<<RankAllg | 1<<RankTimers | 1<<RankHchan | 1<<RankFin | 1<<RankNotifyList |
		1<<RankTraceBuf | 1<<RankTraceStrings | 1<<RankRoot | 1<<RankTrace,
	RankNetpollInit:  1 << RankTimers,
	RankRwmutexR:     1<<RankSysmon | 1<<RankRwmutexW,
	RankSpanSetSpine: underAlloc | 1<<RankForcegc | 1<<RankPollDesc,
	RankGscan:        underStack | 1<<RankForcegc,
	RankStackpool:    underStack | 1<<RankPollDesc | 1<<RankRwmutexR | 1<<RankGscan,
	RankStackLarge: 1<<RankSysmon | 1<<RankAssistQueue | 1<<RankSched | 1<<RankItab | 1<<RankHchan |
		1<<RankProf | 1<<RankGcBitsArenas | 1<<RankRoot | 1<<RankSpanSetSpine | 1<<RankGscan,
	RankSudog: 1<<RankNotifyList | 1<<RankHchan,
	RankWbufSpans: 1<<RankSysmon | 1<<RankScavenge | 1<<RankSweepWaiters | 1<<RankAssistQueue |
		1<<RankSweep | 1<<RankSched | 1<<RankAllg | 1<<RankPollDesc | 1<<RankTimers | 1<<RankItab |
		1<<RankReflectOffs | 1<<RankHchan | 1<<RankFin | 1<<RankNotifyList | 1<<RankTraceStrings |
		1<<RankMspanSpecial | 1<<RankProf | 1<<RankRoot | 1<<RankGscan | 1<<RankDefer | 1<<RankSudog,
	RankMheap: underAlloc | 1<<RankSweepWaiters | 1<<RankFin | 1<<RankPollDesc | 1<<RankMspanSpecial |
		1<<RankProf | 1<<RankGcBitsArenas | 1<<RankRoot | 1<<RankGscan | 1<<RankStackpool |
		1<<RankStackLarge | 1<<RankDefer | 1<<RankSudog | 1<<RankWbufSpans | 1<<RankSpanSetSpine,
	RankMheapSpecial: underAlloc,
	RankGlobalAlloc:  1<<RankProf | 1<<RankSpanSetSpine | 1<<RankMheap | 1<<RankMheapSpecial,
	RankGFree:        1 << RankSched,
	RankHchanLeaf:    1<<RankGscan | 1<<RankHchanLeaf,
}

// OrderError returns "" if a lock of rank next may be taken while prev is the
// rank of the lock that was taken last and is still held, or what is wrong: an
// inversion of the total order, or an edge that the partial order does not list.
//
// Runtime: checkRanks, Go 1.16. It compares with the last held lock only.
func OrderError(prev, next Rank) string {
	switch {
	case next < prev:
		return fmt.Sprintf("rank inversion: %v is before %v in the lock order", next, prev)
	case next == LeafRank && prev == LeafRank:
		return "rank inversion: a leaf lock is taken under a leaf lock"
	case next == LeafRank || mayPrecede[next].has(prev):
		return ""
	case next == prev:
		return fmt.Sprintf("missing edge: two locks of rank %v are not held together", next)
	}
	return fmt.Sprintf("missing edge: the lock order does not list %v directly under %v", next, prev)
}
