package sched

// Two steps of different tasks are dependent if they touch the same object and
// do not commute there, or if both change objects that one property reads:
//
//	mode of the operation                        commutes with
//	reads    load, racy load, await, join,       reads
//	         failed cas, failed trylock
//	adds     inc                                 adds
//	shares   rlock, runlock                      shares
//	writes   everything else                     nothing
//
// A condition variable's wait touches the variable and the mutex, and so does
// the wake-up. Choose, syscall and yield touch nothing. What a task does after
// a spawn of it, and the spawn, are ordered without being dependent: the one
// enables the other.
//
// It is the table of the litmus format, with the operations that the format
// does not have.

// mode is how an operation uses its object.
type mode uint8

const (
	modeNone mode = iota
	modeRead
	modeAdd
	modeShare
	modeWrite
	numModes
)

var kindModes = [numOpKinds]mode{
	OpLock: modeWrite, OpUnlock: modeWrite, OpTryLock: modeWrite,
	OpRLock: modeShare, OpRUnlock: modeShare, OpWLock: modeWrite, OpWUnlock: modeWrite,
	OpLoad: modeRead, OpStore: modeWrite, OpAdd: modeWrite, OpInc: modeAdd, OpCAS: modeWrite,
	OpSwap: modeWrite, OpOr: modeWrite, OpAnd: modeWrite, OpAwait: modeRead,
	OpRacyLoad: modeRead, OpRacyStore: modeWrite, OpJoin: modeRead,
	OpCondWait: modeWrite, OpCondWake: modeWrite, OpSignal: modeWrite, OpBroadcast: modeWrite,
}

// modeOf returns how an operation uses its object. ok is the outcome of a cas
// or trylock, true for every other kind.
func modeOf(k OpKind, ok bool) mode {
	m := kindModes[k]
	if !ok && m == modeWrite {
		return modeRead
	}
	return m
}

// conflicting reports whether operations of modes a and b on one object do not
// commute.
func conflicting(a, b mode) bool { return a == modeWrite || b == modeWrite || a != b }

// changes reports whether an operation of mode m can change what a property
// reads.
func (m mode) changes() bool { return m > modeRead }

// access is what dependence needs to know of a step.
type footprint struct {
	mode      mode
	obj, obj2 ObjID
	cells     int32 // set of accesses behind the step, see cellSets; 0: none, or not known
	groups    uint64
}

func (s *Step) footprint() footprint {
	return newFootprint(modeOf(s.Kind, s.OK), s.Obj, s.Obj2, s.Groups)
}

// footprint returns the footprint that p has if it ends as ok says.
func (p *Pending) footprint(ok bool) footprint {
	return newFootprint(modeOf(p.Kind, ok), p.Obj, p.Obj2, p.Groups)
}

func newFootprint(m mode, obj, obj2 ObjID, groups uint64) footprint {
	if m == modeNone {
		return footprint{}
	}
	if !m.changes() {
		groups = 0
	}
	return footprint{mode: m, obj: obj, obj2: obj2, groups: groups & sharedGroups}
}

// dependent reports whether two steps of different tasks do not commute.
func dependent(a, b footprint) bool {
	if a.groups&b.groups != 0 {
		return true
	}
	if a.mode == modeNone || b.mode == modeNone || !conflicting(a.mode, b.mode) {
		return false
	}
	return a.obj == b.obj || a.obj2 != 0 && (a.obj2 == b.obj || a.obj2 == b.obj2) || b.obj2 != 0 && b.obj2 == a.obj
}
