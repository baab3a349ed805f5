using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using PhoneAgent.Handlers;
using PhoneAgent.Handlers.Outbound;
using PhoneAgent.Handlers.Owner;
using PhoneAgent.Handlers.Voice;

namespace PhoneAgent.Functions;

/// <summary>
/// The function app's triggers, one line each: what answers is in the handlers. Webhooks are open to the platform, because
/// Twilio proves itself by its signature; the owner's routes need a function key, which the platform checks in Azure and the
/// gate everywhere else.
/// </summary>
public sealed class PhoneFunctions(
    ConnectCall connectCall,
    StreamEndedWebhook streamEnded,
    WhisperWebhook whisper,
    CallStatusWebhook callStatus,
    StreamStatusWebhook streamStatus,
    CreateCall createCall,
    OwnerApi owner,
    LocalKeyGate gate,
    ReportApi report,
    HealthCheck health)
{
    /// <summary>Twilio: a call came in, or an outbound one was answered.</summary>
    [Function("VoiceIncoming")]
    public Task<IResult> VoiceIncoming([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = PhoneRoutes.VoiceIncoming)] HttpRequest request) => connectCall.IncomingAsync(request);

    /// <summary>Twilio: the stream ended, what now.</summary>
    [Function("VoiceStreamEnded")]
    public Task<IResult> VoiceStreamEnded([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = PhoneRoutes.VoiceStreamEnded)] HttpRequest request) => streamEnded.StreamEndedAsync(request);

    /// <summary>Twilio: a dialled person picked up and is told who calls.</summary>
    [Function("VoiceWhisper")]
    public Task<IResult> VoiceWhisper([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = PhoneRoutes.VoiceWhisper)] HttpRequest request) => whisper.WhisperAsync(request);

    /// <summary>Twilio: the call's status changed.</summary>
    [Function("VoiceStatus")]
    public Task<IResult> VoiceStatus([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = PhoneRoutes.VoiceStatus)] HttpRequest request) => callStatus.StatusAsync(request);

    /// <summary>Twilio: how the stream fares.</summary>
    [Function("VoiceStreamStatus")]
    public Task<IResult> VoiceStreamStatus([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = PhoneRoutes.VoiceStreamStatus)] HttpRequest request) => streamStatus.StreamStatusAsync(request);

    /// <summary>The owner: call somebody.</summary>
    [Function("CreateCall")]
    public Task<IResult> CreateCall([HttpTrigger(AuthorizationLevel.Function, "post", Route = PhoneRoutes.Calls)] HttpRequest request) => gate.AskAsync(request, createCall.CreateAsync);

    /// <summary>The owner: the calls of a day.</summary>
    [Function("ListCalls")]
    public Task<IResult> ListCalls([HttpTrigger(AuthorizationLevel.Function, "get", Route = PhoneRoutes.Calls)] HttpRequest request) => gate.AskAsync(request, owner.ListCallsAsync);

    /// <summary>The owner: one call's recording.</summary>
    [Function("GetCallRecording")]
    public Task<IResult> GetCallRecording([HttpTrigger(AuthorizationLevel.Function, "get", Route = PhoneRoutes.CallRecording)] HttpRequest request) => gate.AskAsync(request, owner.GetRecordingAsync);

    /// <summary>The owner: remove a call.</summary>
    [Function("RemoveCall")]
    public Task<IResult> RemoveCall([HttpTrigger(AuthorizationLevel.Function, "delete", Route = PhoneRoutes.Call)] HttpRequest request) => gate.AskAsync(request, owner.RemoveCallAsync);

    /// <summary>The owner: one call's record.</summary>
    [Function("GetCall")]
    public Task<IResult> GetCall([HttpTrigger(AuthorizationLevel.Function, "get", Route = PhoneRoutes.Call)] HttpRequest request) => gate.AskAsync(request, owner.GetCallAsync);

    /// <summary>The owner: one call as a page to look at.</summary>
    [Function("GetCallReport")]
    public Task<IResult> GetCallReport([HttpTrigger(AuthorizationLevel.Function, "get", Route = PhoneRoutes.CallReport)] HttpRequest request) => gate.AskAsync(request, report.GetReportAsync);

    /// <summary>Anyone: is it there, and which version.</summary>
    [Function("Health")]
    public Task<IResult> Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = PhoneRoutes.Health)] HttpRequest request) => health.HealthAsync(request);
}
