package speed

import (
	"context"
	"runtime"
	"slices"
	"time"

	"lockheld/sched"
)

// Figures are what was measured of an exploration.
type Figures struct {
	Trips      float64 // time of a step in bare round trips: the median of all slices
	Step       float64 // time of a step in nanoseconds, in the best slice
	Execution  float64 // time of an execution in nanoseconds, in the best slice
	Steps      float64 // of an execution
	Switches   float64 // changes of the task that moves, by step
	Allocs     float64 // allocations of an execution in the steady state
	Executions int64   // of a search
	Complete   bool    // a search covers everything
}

// slice is the time after which the exploration makes way for round trips.
const slice = 200 * time.Microsecond

// Meter measures the exploration of one program.
type Meter struct {
	p     *sched.Program
	o     sched.Options
	trips *Trips
	fixed Figures // what does not depend on time

	ratios     []float64 // of slices
	step       float64
	execution  float64
	trip       float64 // the last time of a round trip
	settled    bool    // the present search
	executions int     // of this slice
	steps      int
	since      time.Time
}

// NewMeter makes a meter of searches of at most so many executions, 0 being no
// limit.
func NewMeter(p *sched.Program, strategy string, executions int64) (*Meter, error) {
	m := &Meter{p: p, trips: NewTrips(), step: 1e18, execution: 1e18}
	m.o = sched.Options{Strategy: strategy, Preemptions: -1, Recheck: -1, Shrink: -1, Executions: executions}
	return m, m.count()
}

// Close ends the meter's coroutines.
func (m *Meter) Close() { m.trips.Close() }

// count finds out what does not depend on time.
func (m *Meter) count() error {
	o, f := m.o, &m.fixed
	changes, steps := 0, 0
	o.After = func(r *sched.Result) {
		last := int16(-1)
		for i := range r.Log {
			if r.Log[i].Task != last {
				last = r.Log[i].Task
				changes++
			}
		}
		steps += len(r.Log)
	}
	r, err := sched.Explore(context.Background(), m.p, o)
	if err != nil {
		return err
	}
	f.Executions, f.Complete = r.Executions+r.Blocked, r.Verdict == sched.Complete
	f.Steps = float64(steps) / float64(f.Executions)
	f.Switches = float64(changes) / float64(steps)
	f.Allocs, err = m.allocs(r.Executions)
	return err
}

// allocs returns the allocations of an execution: what a search of n executions
// makes more than one of half as many, at best of three.
func (m *Meter) allocs(n int64) (float64, error) {
	best := 1e18
	for range 3 {
		whole, err := m.mallocs(n)
		if err != nil {
			return 0, err
		}
		half, err := m.mallocs(n / 2)
		if err != nil {
			return 0, err
		}
		best = min(best, max(0, (whole-half)/float64(n-n/2)))
	}
	return best, nil
}

func (m *Meter) mallocs(n int64) (float64, error) {
	var before, after runtime.MemStats
	o := m.o
	o.Executions = max(n, 1)
	runtime.ReadMemStats(&before)
	_, err := sched.Explore(context.Background(), m.p, o)
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs - before.Mallocs), err
}

// Search measures one search.
func (m *Meter) Search() error {
	o := m.o
	o.After = m.after
	m.settled = false
	m.begin()
	_, err := sched.Explore(context.Background(), m.p, o)
	return err
}

// settle is the number of executions at the beginning of a search that do not
// count, as they have what happens once.
const settle = 16

func (m *Meter) begin() { m.executions, m.steps, m.since = 0, 0, time.Now() }

// after is called after each execution.
func (m *Meter) after(r *sched.Result) {
	m.executions++
	m.steps += len(r.Log)
	if m.executions%settle != 0 { // asking for the time is no part of a search
		return
	}
	if !m.settled {
		m.settled = true
		m.trip = m.trips.Measure()
		m.begin()
		return
	}
	t := time.Since(m.since)
	if t < slice {
		return
	}
	before := m.trip
	m.trip = m.trips.Measure()
	step := float64(t.Nanoseconds()) / float64(m.steps)
	m.step = min(m.step, step)
	m.execution = min(m.execution, float64(t.Nanoseconds())/float64(m.executions))
	m.ratios = append(m.ratios, 2*step/(before+m.trip))
	m.begin()
}

// Figures returns what was measured so far.
func (m *Meter) Figures() Figures {
	f := m.fixed
	if n := len(m.ratios); n > 0 {
		slices.Sort(m.ratios)
		f.Trips, f.Step, f.Execution = m.ratios[n/2], m.step, m.execution
	}
	return f
}
