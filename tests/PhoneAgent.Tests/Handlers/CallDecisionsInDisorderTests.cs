using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Voice;

namespace PhoneAgent.Tests.Handlers;

/// <summary>
/// Relays that stop, die, go on without knowing it and tell the log late and twice; webhooks that are repeated and race: in
/// thousands of seeded calls the decisions keep their promises.
/// </summary>
public sealed class CallDecisionsInDisorderTests
{
    private const int Calls = 3_000;

    private static readonly CallLimits Limits = new(TimeSpan.FromMinutes(30));
    private static readonly TransferTargets Owner = (_, target) => target == "owner" ? new TransferTarget { Number = "+14155550123" } : null;
    private static readonly string[] DialOutcomes = ["completed", "busy", "no-answer", "failed"];
    private static readonly EndReason[] Ends = Enum.GetValues<EndReason>();

    [Fact]
    public void In_whatever_order_things_arrive_every_call_ends_within_its_limits_and_no_finished_call_goes_on()
    {
        var (given, late, raced, longest) = (0, 0, 0, 0);
        for (var seed = 0; seed < Calls; seed++)
        {
            var call = new DisorderlyCall(new Random(seed), $"seed {seed}");
            call.Run();
            given += call.Offers;
            late += call.LateFacts;
            raced += call.Races;
            longest = Math.Max(longest, call.Offers);
        }

        // The disorder is there, and calls do reach their limits.
        Assert.True(given > 3 * Calls && late > Calls && raced > Calls / 4, $"{given} offers, {late} late facts, {raced} races");
        Assert.Equal(Limits.MaxAttempts, longest);
    }

    /// <summary>One call: Twilio, which asks; relays, which tell the log when they get to it; and the log.</summary>
    private sealed class DisorderlyCall(Random random, string seed)
    {
        private readonly List<(DateTimeOffset Due, CallEvent Fact)> _underWay = [];
        private readonly List<CallEvent> _log = [];
        private readonly int _temper = random.Next(6);
        private DateTimeOffset _now = CallStory.T0;
        private int _nonces;
        private bool _hungUp;

        public int Offers { get; private set; }

        public int LateFacts { get; private set; }

        public int Races { get; private set; }

        private CallRecord Record => CallRecord.From(CallStory.Call, _log);

        public void Run()
        {
            _log.Add(new CallReceived("inbound", "+14155550100", "+14155550199", "default") { At = _now });
            var offer = Offer(1);
            string? dial = null;
            for (var asked = 1; ; asked++)
            {
                Assert.True(asked <= 40, $"{seed} asks for ever");
                if (dial is null)
                {
                    Stream(offer);
                }

                var decision = Ask(dial, out offer!);
                dial = null;
                switch (decision)
                {
                    case CallDecision.Connect:
                        break;
                    case CallDecision.Dial:
                        dial = DialOutcomes[random.Next(DialOutcomes.Length)];
                        Pass(random.NextDouble() * 120);
                        break;
                    default:
                        return;
                }
            }
        }

        // Twilio asks, sometimes twice at once, and follows one of the answers.
        private CallDecision Ask(string? dial, out StreamOffered? offer)
        {
            var fields = new StreamEndedFields(_hungUp ? "completed" : "in-progress", dial);
            var (first, firstRecord) = Decide(fields);
            if (random.Next(4) != 0)
            {
                offer = Carry(first, firstRecord);
                return first;
            }

            Races++;
            var order = random.Next(3);
            var (second, secondRecord) = order == 0 ? Decide(fields) : default; // both have read before either has written
            var firstOffer = Carry(first, firstRecord);
            if (order > 0)
            {
                Pass(random.NextDouble() * 15);
                (second, secondRecord) = Decide(fields);
            }

            var secondOffer = Carry(second!, secondRecord);
            var followsSecond = random.Next(2) == 0;
            offer = followsSecond ? secondOffer : firstOffer;
            return followsSecond ? second! : first;
        }

        private (CallDecision Decision, CallRecord? Record) Decide(StreamEndedFields fields)
        {
            var record = random.Next(60) == 0 ? null : Record;
            var decision = CallDecisions.Decide(record, fields, _now, Limits, Owner);
            if (record is not null)
            {
                // What a stream that was given up says is as good as never said.
                var timely = CallRecord.From(CallStory.Call, WithoutLateControl());
                Assert.Equal(decision, CallDecisions.Decide(timely, fields, _now, Limits, Owner));
            }

            if (decision is CallDecision.Connect or CallDecision.Dial)
            {
                Assert.NotNull(record);
                Assert.Equal("in-progress", fields.CallStatus);
                Assert.True(_now - CallStory.T0 < Limits.MaxAge, $"{seed} goes on past its age");
                Assert.True(record.FinalEnd is null, $"{seed} goes on after its end");
                Assert.NotEqual("completed", fields.DialCallStatus);
            }

            switch (decision)
            {
                case CallDecision.Connect connect:
                    Assert.InRange(connect.Attempt, 2, Limits.MaxAttempts);
                    Assert.InRange(connect.PauseSeconds, 0, 8);
                    break;
                case CallDecision.Dial dialled:
                    Assert.Equal("owner", dialled.Target);
                    Assert.Equal("+14155550123", dialled.Person.Number);
                    Assert.True(record!.Transfers.Count(one => one.DialedAt is not null) <= Limits.MaxTransfers, $"{seed} dials too often");
                    break;
            }

            return (decision, record);
        }

        // As CallControl does: the facts first, then the answer.
        private StreamOffered? Carry(CallDecision decision, CallRecord? record)
        {
            if (decision.TransferOutcome is { } outcome && record?.Transfers is [.., { Outcome: null }])
            {
                _log.Add(new TransferEnded(outcome) { At = _now });
            }

            if (decision is CallDecision.Dial { AlreadyDialed: false } dial)
            {
                _log.Add(new TransferDialed(dial.Target) { At = _now });
            }

            return decision is CallDecision.Connect connect ? Offer(connect.Attempt) : null;
        }

        private StreamOffered Offer(int attempt)
        {
            Offers = Math.Max(Offers, attempt);
            var offer = new StreamOffered(attempt, (++_nonces).ToString("x32", System.Globalization.CultureInfo.InvariantCulture), _now.AddSeconds(120), "default") { At = _now };
            _log.Add(offer);
            return offer;
        }

        // The stream's life at one relay, up to the moment Twilio's side of it is over.
        private void Stream(StreamOffered offer)
        {
            if (random.Next(5) == 0)
            {
                Pass(random.NextDouble() * 10); // no relay takes it up
                return;
            }

            var sequence = 0L;
            Tell(new StreamStarted(offer.Attempt, "MZ" + offer.Attempt) { At = _now });
            Pass(random.NextDouble() * (_temper switch { 0 => 5, 1 => 300, _ => 60 }));
            Tell(new CallerSaid("words") { At = _now });
            var fate = random.Next(3) == 0 ? random.Next(7) : _temper;
            switch (fate)
            {
                case 0 or 1:
                    Tell(new HandedOver { At = _now });
                    End(EndReason.HandedOver);
                    break;
                case 2:
                    Tell(new TransferRequested(random.Next(4) == 0 ? "+19005550100" : "owner", "why") { At = _now });
                    End(EndReason.Transfer);
                    break;
                case 3:
                    break; // killed, or cut off from Twilio and the log alike
                case 4:
                    // Cut off from Twilio alone: it finds out, or comes to its own conclusions, when the call has gone on elsewhere.
                    Zombie();
                    break;
                case 5:
                    _hungUp = random.Next(2) == 0;
                    End(EndReason.CallerHungUp);
                    break;
                default:
                    End(Ends[random.Next(Ends.Length)]);
                    break;
            }

            Pass(random.NextDouble() * 2);

            void End(EndReason reason) => Tell(new StreamEnded(reason, null, new StreamFigures()) { At = _now });

            void Zombie()
            {
                var back = _now;
                _now += TimeSpan.FromSeconds(5 + (random.NextDouble() * 30));
                if (random.Next(3) == 0)
                {
                    Tell(new TransferRequested("owner", "why") { At = _now });
                }

                End(Ends[random.Next(Ends.Length)]);
                _now = back;
            }

            // In order, but some seconds late when the store is slow, and now and then twice.
            void Tell(CallEvent fact)
            {
                fact = fact with { Relay = new RelayStamp(offer.Nonce, ++sequence) };
                var due = _now + TimeSpan.FromSeconds(random.Next(3) == 0 ? random.NextDouble() * 30 : 0);
                due = _underWay.Where(one => one.Fact.Relay!.Nonce == offer.Nonce).Select(one => one.Due).Append(due).Max();
                _underWay.Add((due, fact));
                if (random.Next(6) == 0)
                {
                    _underWay.Add((due + TimeSpan.FromSeconds(random.NextDouble() * 20), fact));
                }

                Deliver();
            }
        }

        private void Pass(double seconds)
        {
            _now += TimeSpan.FromSeconds(seconds);
            Deliver();
        }

        private void Deliver()
        {
            foreach (var arrived in _underWay.Where(one => one.Due <= _now).OrderBy(one => one.Due).ToList())
            {
                _underWay.Remove(arrived);
                LateFacts += NumberOf(arrived.Fact, _log) < Record.NewestOffered?.Number ? 1 : 0;
                _log.Add(arrived.Fact);
            }
        }

        private List<CallEvent> WithoutLateControl()
        {
            var (timely, newest) = (new List<CallEvent>(), 0);
            foreach (var fact in _log)
            {
                newest = Math.Max(newest, (fact as StreamOffered)?.Attempt ?? 0);
                if (fact is not (StreamStarted or HandedOver or TransferRequested or StreamEnded) || NumberOf(fact, _log) >= newest)
                {
                    timely.Add(fact);
                }
            }

            return timely;
        }

        private static int? NumberOf(CallEvent fact, List<CallEvent> log) => log.OfType<StreamOffered>().FirstOrDefault(offer => offer.Nonce == fact.Relay?.Nonce)?.Attempt;
    }
}
