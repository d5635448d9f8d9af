// Package coverage finds what explored executions of the page heap come to:
// assertion points, branches of the search that may drop the heap lock, windows
// in which a lock is not held and who moved inside them, steps, and the places
// where variants differ.
//
// It stands above properties, and writes text.
package coverage

import (
	"runtime"
	"strings"

	"lockheld/model"
	"lockheld/sched"
)

// A Pair says who moved while another was in a window.
type Pair struct {
	Window string
	Inside string // name of the M that was in the window
	Other  string // name of the M that moved
	Lock   bool   // it took the heap lock
}

// An Observer looks on while the Ms of one program run. Its zero value is ready.
// It is for one search at a time.
type Observer struct {
	sites    map[model.Site]bool
	branches map[string]bool
	windows  map[string]bool
	pairs    map[Pair]bool

	places map[[stackDepth]uintptr]place
	names  []string // by task
	heap   sched.ObjID
	lives  []life // by task
	stays  []stay // of the execution that runs
}

// place is what an observer knows of a call stack.
type place struct {
	fn  string // innermost function of heap or model that is no wrapper
	may bool   // the background scavenger has called, which lets scavengeOne drop the lock
}

// life is what an observer knows of a task.
type life struct {
	open      int // index of the window in stays, and 1; 0: none
	may       bool
	searching bool // it has searched without the lock in this call of scavengeOne
}

// stay is the time that a task is in a window, in steps of the execution.
type stay struct {
	window     string
	task       int
	from, to   int  // to < 0: it has not left
	fromStep   bool // it begins with the next step of the task
	untilStep  bool // it ends with the next step of the task
	traceCheck bool // it may turn out to be the window for tracing
}

// Observe looks at m before it does something.
func (o *Observer) Observe(m *model.M, e model.Occasion, s model.Site, l *model.Mutex) {
	t := m.T()
	if t.World() != m.K().World() {
		return // Setup
	}
	if o.sites == nil {
		o.start()
	}
	lf := o.lifeOf(m)
	switch {
	case e == model.AtSite:
		o.sites[s] = true
		o.branch(lf, s)
		o.atSite(lf, t, s)
	case e == model.AtUnlock && l.Rank() == model.RankMheap:
		o.unlocks(lf, t)
	case e == model.AtLock && l.Rank() == model.RankMheap:
		o.heap = l.Sched().ID()
		o.locks(lf, t)
	case e == model.AtUnlock && l == m.K().SchedLock():
		switch o.here().fn {
		case "(*M).StopTheWorldWithSema":
			o.enter(lf, t, WindowStopping, true)
		case "(*M).StartTheWorldWithSema":
			o.enter(lf, t, WindowStarting, true)
		}
	case e == model.AtLock && lf.open > 0 && o.stays[lf.open-1].traceCheck:
		st := &o.stays[lf.open-1]
		if st.traceCheck = false; o.here().fn == "(*mheap).traceGCSweepSpan" {
			st.window = WindowTrace
		}
	}
}

// Forgives lets nothing pass.
func (o *Observer) Forgives(*model.M, model.Site) bool { return false }

func (o *Observer) start() {
	o.sites = map[model.Site]bool{}
	o.branches = map[string]bool{}
	o.windows = map[string]bool{}
	o.pairs = map[Pair]bool{}
	o.places = map[[stackDepth]uintptr]place{}
}

func (o *Observer) lifeOf(m *model.M) *life {
	if id := m.T().ID(); len(o.lives) <= id {
		for _, other := range m.K().Ms() {
			for len(o.lives) <= other.T().ID() {
				o.lives = append(o.lives, life{})
				o.names = append(o.names, "")
			}
			o.names[other.T().ID()] = other.Name()
		}
	}
	return &o.lives[m.T().ID()]
}

// branch follows scavengeOne.
func (o *Observer) branch(lf *life, s model.Site) {
	switch s {
	case "scavengeOne/entry":
		lf.may, lf.searching = o.here().may, false
	case "scavengeOne/return-none":
		o.branches[name(lf.may, branchNone)] = true
	case "scavengeOne/return-fast":
		o.branches[name(lf.may, branchFast)] = true
	case "scavengeOne/return-slow":
		o.branches[name(lf.may, branchSlow)] = true
	case "scavengeOne/return-empty":
		o.branches[name(lf.may, branchEmpty)] = true
	}
}

// unlocks sees who gives the heap lock back.
func (o *Observer) unlocks(lf *life, t *sched.Task) {
	switch o.here().fn {
	case "(*pageAlloc).openWindow":
		if lf.searching {
			o.branches[name(lf.may, branchAgain)] = true
		}
		lf.searching = true
		o.enter(lf, t, WindowSearch, true)
	case "(*mheap).reclaimChunk":
		o.enter(lf, t, WindowSweep, true)
		o.stays[lf.open-1].traceCheck = true
	case "(*mheap).allocSpanLocked":
		o.enter(lf, t, WindowFlight, true)
	}
}

// locks sees who acquires the heap lock.
func (o *Observer) locks(lf *life, t *sched.Task) {
	if lf.open == 0 {
		return
	}
	st := &o.stays[lf.open-1]
	st.traceCheck = false
	switch fn := o.here().fn; {
	case fn == "(*pageAlloc).closeWindow", fn == "(*mheap).reclaimChunk", st.window == WindowFlight:
		o.leave(lf, t, true)
	}
}

// atSite sees the ends of windows that are no locks.
func (o *Observer) atSite(lf *life, t *sched.Task, s model.Site) {
	switch s {
	case "tryAllocMSpan/entry":
		o.enter(lf, t, WindowFlight, false)
	case "setSpans/own", model.SiteWorldStopped, model.SiteWorldStarted:
		if lf.open > 0 {
			o.leave(lf, t, false)
		}
	}
}

func (o *Observer) enter(lf *life, t *sched.Task, window string, step bool) {
	if lf.open > 0 {
		return // the inner one does not count
	}
	o.stays = append(o.stays, stay{window: window, task: t.ID(), from: t.World().Now(), fromStep: step, to: -1})
	lf.open = len(o.stays)
}

func (o *Observer) leave(lf *life, t *sched.Task, step bool) {
	st := &o.stays[lf.open-1]
	st.to, st.untilStep = t.World().Now(), step
	lf.open = 0
}

// Ended is called when an execution has ended, with its record.
func (o *Observer) Ended(r *sched.Result) {
	for i := range o.stays {
		st := &o.stays[i]
		o.windows[st.window] = true
		from, to := st.from, st.to
		if st.fromStep {
			from = nextOf(r.Log, st.task, from) + 1
		}
		switch {
		case to < 0:
			to = len(r.Log)
		case st.untilStep:
			to = nextOf(r.Log, st.task, to)
		}
		for k := from; k < to; k++ {
			if s := &r.Log[k]; int(s.Task) != st.task {
				p := Pair{Window: st.window, Inside: o.names[st.task], Other: o.names[s.Task]}
				o.pairs[p] = true
				if s.Kind == sched.OpLock && s.Obj == o.heap {
					p.Lock = true
					o.pairs[p] = true
				}
			}
		}
	}
	o.stays = o.stays[:0]
	clear(o.lives)
}

// nextOf returns the index of the first step of a task from step i on, or the
// length of the log.
func nextOf(log []sched.Step, task, i int) int {
	for i < len(log) && int(log[i].Task) != task {
		i++
	}
	return i
}

// stackDepth is the number of calls that an observer looks at.
const stackDepth = 48

// here looks at the calls that led to the observer.
func (o *Observer) here() place {
	var pcs [stackDepth]uintptr
	n := runtime.Callers(2, pcs[:])
	if p, ok := o.places[pcs]; ok {
		return p
	}
	var p place
	it := runtime.CallersFrames(pcs[:n])
	for {
		f, more := it.Next()
		fn, ours := strings.CutPrefix(f.Function, "lockheld/heap.")
		if !ours {
			fn, ours = strings.CutPrefix(f.Function, "lockheld/model.")
		}
		fn, _, _ = strings.Cut(fn, ".func")
		if ours && p.fn == "" && !wrapper(fn) {
			p.fn = fn
		}
		switch fn {
		case "(*mheap).scavengeStep", "(*TestPageAlloc).Scavenge":
			p.may = true
		}
		if !more {
			break
		}
	}
	o.places[pcs] = p
	return p
}

// wrapper reports whether a function only stands between the one that wants
// something and the observer.
func wrapper(fn string) bool {
	switch fn {
	case "(*M).Lock", "(*M).Unlock", "(*M).observe", "(*M).reach", "(*M).AssertLockHeld", "(*M).Systemstack":
		return true
	}
	return false
}
