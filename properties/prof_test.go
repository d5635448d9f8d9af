package properties
import ("testing";"context";"lockheld/sched")
func BenchmarkScenario(b *testing.B) {
	for _, sc := range scenarios {
	b.Run(sc.Name, func(b *testing.B) {
		p, err := Build{Scenario: sc.Name}.Program()
		if err != nil { b.Fatal(err) }
		r, err := sched.Explore(context.Background(), p, sched.Options{Strategy:"random",Executions:int64(b.N)})
		if err != nil { b.Fatal(err) }
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(r.Steps), "ns/step")
		b.ReportAllocs()
	})
	}
}
