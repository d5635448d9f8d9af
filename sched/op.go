package sched

import "fmt"

// OpKind says what an operation does to its object.
type OpKind uint8

// The operations that a task can perform. Each is one step.
const (
	OpNone OpKind = iota
	OpLock
	OpUnlock
	OpTryLock
	OpRLock
	OpRUnlock
	OpWLock
	OpWUnlock
	OpLoad
	OpStore
	OpAdd
	OpInc
	OpCAS
	OpSwap
	OpOr
	OpAnd
	OpAwait
	OpRacyLoad
	OpRacyStore
	OpChoose
	OpSpawn
	OpJoin
	OpSyscall
	OpYield
	OpCondWait
	OpCondWake
	OpSignal
	OpBroadcast
	numOpKinds
)

var opNames = [numOpKinds]string{
	OpNone: "none", OpLock: "lock", OpUnlock: "unlock", OpTryLock: "trylock",
	OpRLock: "rlock", OpRUnlock: "runlock", OpWLock: "wlock", OpWUnlock: "wunlock",
	OpLoad: "load", OpStore: "store", OpAdd: "add", OpInc: "inc", OpCAS: "cas", OpSwap: "swap",
	OpOr: "or", OpAnd: "and", OpAwait: "await", OpRacyLoad: "racy load", OpRacyStore: "racy store",
	OpChoose: "choose", OpSpawn: "spawn", OpJoin: "join", OpSyscall: "syscall", OpYield: "yield",
	OpCondWait: "wait", OpCondWake: "wake", OpSignal: "signal", OpBroadcast: "broadcast",
}

// String returns the word that traces use for k.
func (k OpKind) String() string {
	if int(k) < len(opNames) {
		return opNames[k]
	}
	return fmt.Sprintf("op(%d)", uint8(k))
}

// Local reports whether operations of kind k touch no object that another task
// can see: they commute with every operation of every other task.
func (k OpKind) Local() bool {
	return k == OpChoose || k == OpSyscall || k == OpYield
}

// ObjID identifies an object within a world. Ids follow creation order and are
// the same in every execution and every process. The zero ObjID is no object.
type ObjID uint32

// Bits of an ObjID that number the objects of one creator; the bits above are
// the creator: 0 for Setup, one more than the index of the task otherwise.
const objCreatorShift = 24

// Cmp is a comparison that [Word.Await] can wait for.
type Cmp uint8

// Comparisons. Lt and Gt compare as signed 64-bit integers.
const (
	Eq Cmp = iota
	Ne
	Lt
	Gt
)

// Holds reports whether v compares to n as c says.
func (c Cmp) Holds(v, n uint64) bool {
	switch c {
	case Eq:
		return v == n
	case Ne:
		return v != n
	case Lt:
		return int64(v) < int64(n)
	default:
		return int64(v) > int64(n)
	}
}

// String returns c as an operator.
func (c Cmp) String() string {
	return [...]string{Eq: "==", Ne: "!=", Lt: "<", Gt: ">"}[c]
}

// Choice is what was decided at one step: which task moved and, where its
// operation was a data choice, the value that it got (-1 elsewhere).
type Choice struct {
	Task  int16
	Value int16
}

// Schedule is the choices of one execution, in order. It determines the
// execution.
type Schedule []Choice

// Step is the record of one step: all that a strategy, a reduction or a replay
// may know of it. It holds no reference to the program.
type Step struct {
	Choice
	Kind    OpKind
	Cmp     Cmp    // OpAwait: what is waited for
	OK      bool   // OpCAS, OpTryLock: it succeeded; other kinds: true
	Obj     ObjID  // the object; 0 if the operation is local
	Obj2    ObjID  // a second object (OpCondWait, OpCondWake: the mutex)
	N       uint64 // OpAwait: operand; OpChoose: number of values; stores: the value; adds: the delta; OpCAS: the value expected
	New     uint64 // OpCAS: the value stored on success
	Before  uint64 // words: the value before; OpRacyLoad: the value read
	Groups  uint64 // property groups that the object belongs to (see [World.Always])
	Enabled uint64 // tasks that could have moved instead, and this one
}

// Pending is the next operation of a parked task, as a strategy sees it.
type Pending struct {
	Kind   OpKind
	Cmp    Cmp
	Obj    ObjID
	Obj2   ObjID
	N      uint64
	New    uint64
	Groups uint64
}

// set copies q. Its fields have just been written one by one, and to read them
// in larger pieces, as an assignment of the whole does, makes a processor wait
// for each piece.
func (p *Pending) set(q *Pending) {
	p.Kind, p.Cmp, p.Obj, p.Obj2 = q.Kind, q.Cmp, q.Obj, q.Obj2
	p.N, p.New, p.Groups = q.N, q.New, q.Groups
}

// is compares p with q, field by field for the same reason.
func (p *Pending) is(q *Pending) bool {
	return p.Kind == q.Kind && p.Obj == q.Obj && p.N == q.N && p.New == q.New &&
		p.Groups == q.Groups && p.Cmp == q.Cmp && p.Obj2 == q.Obj2
}
