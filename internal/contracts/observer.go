package contracts

import (
	"maps"
	"slices"
	"strings"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

// State is what matters about an M at one moment.
type State struct {
	Held    bool // it holds the heap lock
	Stopped bool // the world counts as stopped
	System  bool // it is on its system stack
	P       bool // it has a P
}

// call is a call of a function of the heap that has not returned.
type call struct {
	fn      string
	caller  string
	outer   int // index of the frame
	entry   State
	dropped bool // the M held the lock at the entry and has released it since
	locked  bool // the M has acquired the lock since the entry
	sites   []model.Site
}

// edge is a call by a function that had not acquired the lock since its entry.
type edge struct{ from, to string }

// moment identifies what an observer has seen at once, to see it only once.
type moment struct {
	fn, caller string
	entry      State
	held       bool // at the return
	returned   bool
	dropped    bool
	locked     bool
}

// life is what an observer knows of one M.
type life struct {
	frames []frame
	calls  []call
}

// Observer looks on while the Ms of one program run. Its zero value is ready.
// It is for one search at a time.
type Observer struct {
	stacks  stacks
	lives   map[*model.M]*life
	seen    map[moment]Witness
	edges   map[edge]Witness
	sites   map[siteSeen]Witness
	pending []func(w Witness) // what the execution that runs has shown first
	ended   int64             // executions that a violation ended
}

// siteSeen is an assertion point and what was true there.
type siteSeen struct {
	site                    model.Site
	held, stopped, forgiven bool
}

// Observe looks at m before it does something.
func (o *Observer) Observe(m *model.M, e model.Occasion, s model.Site, l *model.Mutex) {
	if m.T().World() != m.K().World() {
		return // Setup
	}
	frames := o.stacks.here()
	st := stateOf(m)
	lf := o.lives[m]
	if lf == nil {
		if o.lives == nil {
			o.lives = map[*model.M]*life{}
		}
		lf = &life{}
		o.lives[m] = lf
	}
	now := m.T().World().Now()
	o.follow(lf, frames, st, s, now)
	switch {
	case e == model.AtSite:
		o.atSite(siteSeen{site: s, held: st.Held, stopped: st.Stopped}, now)
	case e == model.AtUnlock && l.Rank() == model.RankMheap:
		for i := range lf.calls {
			lf.calls[i].dropped = lf.calls[i].dropped || lf.calls[i].entry.Held
		}
	case e == model.AtLock && l.Rank() == model.RankMheap:
		for i := range lf.calls {
			lf.calls[i].locked = true
		}
	}
}

// Forgives lets m go on.
func (o *Observer) Forgives(m *model.M, s model.Site) bool {
	if m.T().World() != m.K().World() {
		return false
	}
	st := stateOf(m)
	o.atSite(siteSeen{s, st.Held, st.Stopped, true}, m.T().World().Now())
	return true
}

func stateOf(m *model.M) State {
	return State{Held: m.HoldsRank(model.RankMheap), Stopped: m.K().WorldIsStopped() == 1, System: m.OnSystemStack(), P: m.P() != nil}
}

// follow ends the calls of an M that are over and begins those that are new.
func (o *Observer) follow(lf *life, frames []frame, st State, s model.Site, now int) {
	same := common(lf.frames, frames)
	if n := len(lf.calls); n > 0 && same > 0 && s != "" && entrySites[s] {
		// An assertion point at the entry is evaluated once in each call.
		last := &lf.calls[n-1]
		for i := range last.sites {
			if last.sites[i] == s && last.outer < same {
				same = last.outer
				break
			}
		}
	}
	for n := len(lf.calls); n > 0 && lf.calls[n-1].outer >= same; n-- {
		o.returns(&lf.calls[n-1], st.Held, now)
		lf.calls = lf.calls[:n-1]
	}
	for i := same; i < len(frames); i++ {
		if frames[i].fn == "" {
			continue
		}
		c := call{fn: frames[i].fn, outer: i, entry: st}
		if n := len(lf.calls); n > 0 {
			from := &lf.calls[n-1]
			c.caller = from.fn
			if !from.locked && from.entry.Held == st.Held {
				o.calls(edge{from.fn, c.fn}, st, now)
			}
		}
		lf.calls = append(lf.calls, c)
	}
	if n := len(lf.calls); n > 0 && entrySites[s] {
		lf.calls[n-1].sites = append(lf.calls[n-1].sites, s)
	}
	lf.frames = frames
}

// calls notes a call without the lock by a function that had come without it.
func (o *Observer) calls(e edge, st State, now int) {
	if st.Held {
		return
	}
	if _, ok := o.edges[e]; ok {
		return
	}
	if o.edges == nil {
		o.edges = map[edge]Witness{}
	}
	o.edges[e] = Witness{}
	o.later(now, func(w Witness) { o.edges[e] = w })
}

// returns notes a call that is over.
func (o *Observer) returns(c *call, held bool, now int) {
	o.note(moment{c.fn, c.caller, c.entry, held, true, c.dropped, c.locked}, now)
}

func (o *Observer) note(m moment, now int) {
	if _, ok := o.seen[m]; ok {
		return
	}
	if o.seen == nil {
		o.seen = map[moment]Witness{}
	}
	o.seen[m] = Witness{}
	o.later(now, func(w Witness) { o.seen[m] = w })
}

func (o *Observer) atSite(s siteSeen, now int) {
	if _, ok := o.sites[s]; ok {
		return
	}
	if o.sites == nil {
		o.sites = map[siteSeen]Witness{}
	}
	o.sites[s] = Witness{}
	o.later(now, func(w Witness) { o.sites[s] = w })
}

// Ended is called when an execution has ended, with its record.
func (o *Observer) Ended(scenario string, r *sched.Result) {
	for _, m := range slices.SortedFunc(maps.Keys(o.lives), func(a, b *model.M) int { return a.ID() - b.ID() }) {
		lf := o.lives[m]
		for i := range lf.calls { // the execution ended inside them
			c := &lf.calls[i]
			o.note(moment{fn: c.fn, caller: c.caller, entry: c.entry, dropped: c.dropped, locked: c.locked}, len(r.Log))
		}
		lf.frames, lf.calls = nil, lf.calls[:0]
	}
	if len(r.Violations) > 0 {
		o.ended++
	}
	if len(o.pending) > 0 {
		w := Witness{Scenario: scenario, Schedule: r.Schedule()}
		for _, attach := range o.pending {
			attach(w)
		}
		o.pending = o.pending[:0]
	}
}

// later remembers to attach the first now steps of the execution that runs.
func (o *Observer) later(now int, attach func(w Witness)) {
	o.pending = append(o.pending, func(w Witness) {
		w.Schedule = w.Schedule[:min(now, len(w.Schedule))]
		attach(w)
	})
}

// Properties is what is to be checked while an observer looks on: next to
// nothing, so that executions go on. The assertion points of our own, which
// belong to this property, tell where functions begin.
var Properties = []string{"P-NEG"}

// entrySites are the assertion points at the entry of a function.
var entrySites = func() map[model.Site]bool {
	list := map[model.Site]bool{}
	for _, s := range heap.Sites() {
		if strings.HasPrefix(s.Position, "entry") {
			list[s.Site] = true
		}
	}
	return list
}()
