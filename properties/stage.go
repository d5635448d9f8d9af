package properties

import (
	"fmt"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

// A stage is a scenario in a world: what its setup and its Ms work with.
type stage struct {
	*state
	sc    *Scenario
	alone *heap.TestPageAlloc // a page allocator without a heap, if that is the scenario
	sel   selection
	goals [numGoals]*sched.Goal
	ms    []*model.M // by task
	cs    section
}

func newStage(w *sched.World, sc *Scenario, g *heap.Geometry, v *heap.Variant, sel selection, b Build) *stage {
	c := heap.Config{Geometry: g, Variant: v}
	c.Machine.Coverage, c.Machine.Observer = b.Coverage, b.Observer
	if sc.config != nil {
		sc.config(&c)
	}
	c.Machine.Off = sel.off()
	c.Machine.StrictStopper = sel[nameStopper]
	c.RuntimeSites = !sel[nameNeg]
	s := &stage{sc: sc, sel: sel}
	if sc.alone {
		k := model.New(w, c.Machine)
		s.alone = heap.NewTestPageAlloc(w, k, g, v)
		s.state = newState(w, k, nil, s.alone.View())
	} else {
		h := heap.New(w, c)
		s.state = newState(w, h.K, h, h.ViewPages())
	}
	for _, id := range sc.goals {
		s.goals[id] = w.Sometimes(goalList[id].Name)
	}
	return s
}

// run sets the scenario up and registers what is checked.
func (s *stage) run() {
	s.w.HideFrames("lockheld/model.(*M).Lock", "lockheld/model.(*M).Unlock", "lockheld/properties.")
	s.sc.setup(s)
	if len(s.k.Ms()) > heap.MaxViewedMs {
		panic(fmt.Sprintf("properties: scenario %s has more than %d Ms", s.sc.Name, heap.MaxViewedMs))
	}
	s.ms = make([]*model.M, heap.MaxViewedMs)
	for _, m := range s.k.Ms() {
		s.ms[m.T().ID()] = m
	}
	s.watch()
	s.begin()
	s.register()
}

// register declares the properties that are selected and apply.
func (s *stage) register() {
	var unlocked, stopped []sched.Property
	for i := range entries {
		e := &entries[i]
		if !s.sel[e.Name] || e.needs != nil && !e.needs(s.state) {
			continue
		}
		p := sched.Property{Name: e.Name, Stateless: !e.remembers && !s.always}
		if e.check != nil {
			p.Check = func() string { return e.check(s.state) }
			p.Reads, p.Each = e.declared(s.state)
		}
		switch e.When {
		case EachStep:
			s.w.Always(p)
		case Unlocked:
			unlocked = append(unlocked, p)
		case Stopped:
			stopped = append(stopped, p)
		}
		s.registerEnd(e)
	}
	if len(unlocked) > 0 {
		s.w.AlwaysWhen(s.changed, unlocked...)
	}
	if len(stopped) > 0 && !s.k.Config().NoStops {
		s.w.AlwaysWhen(func() bool { return s.k.Stopped() && s.unlocked() }, stopped...)
	}
}

// registerEnd declares what is checked of a property at the end of executions.
func (s *stage) registerEnd(e *Entry) {
	check := e.end
	if check == nil && e.When == Unlocked {
		check = e.check
	}
	if check == nil {
		return
	}
	s.w.AtEnd(sched.Property{Name: e.Name, Check: func() string {
		if !s.unlocked() {
			return ""
		}
		return check(s.state)
	}})
}

// reach records that a goal of the scenario was reached.
func (s *stage) reach(g goal) {
	if p := s.goals[g]; p != nil {
		p.Reach()
	}
}

// fail reports that a property that is checked inside does not hold.
func (s *stage) fail(m *model.M, name, what string) {
	if s.sel[name] {
		m.T().Fail(sched.Violation{Kind: sched.KindProperty, Site: name, Message: m.Name() + " " + what})
	}
}

// alike declares Ms, each with a goroutine, that do the same and are
// interchangeable, with their Ps.
func (s *stage) alike(names []string, body func(m *model.M)) {
	var tasks []*sched.Task
	for _, name := range names {
		tasks = append(tasks, s.m(name, body).T())
	}
	s.w.Symmetric(tasks...)
}

// m declares an M with a goroutine.
func (s *stage) m(name string, body func(m *model.M)) *model.M { return s.k.NewM(name, body) }
