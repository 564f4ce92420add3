// Package bench holds the benchmarks and the demo: they use the same code paths
// as the app and read expected answers only to score.
//
//	questions + notes ─> LoadDemo ─> Demo(loop) ─> before, verdict, teach, train, promote, after ─> DemoResult
//	rows of learn/ + seed ─> RunLearn(loop of a throw-away home) ─> FILE.rows.jsonl ─> LearnResult
//	rows of a task ─> RunJudge(app's judge | original | lexical) ─> TASK.rows.jsonl ─> JudgeResult
package bench
