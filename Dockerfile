# The media relay. Context: the root of the repository. `dotnet publish media-relay /t:PublishContainer` makes the same image.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /src
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY core/PhoneAgent.Core.csproj core/
COPY media-relay/PhoneAgent.MediaRelay.csproj media-relay/
RUN dotnet restore media-relay
COPY core core
COPY media-relay media-relay
RUN dotnet publish media-relay --no-restore -c Release -o /app -p:UseAppHost=false

# Chiseled: no shell, no package manager; its user is not root.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
# Nothing is written anywhere, so the root folder may be read-only: without diagnostics the runtime opens no sockets in /tmp.
# One line of log an event, with the call it is about: the queries in infra/queries read them.
ENV ASPNETCORE_HTTP_PORTS=8080 \
    DOTNET_EnableDiagnostics=0 \
    Logging__Console__FormatterOptions__SingleLine=true \
    Logging__Console__FormatterOptions__IncludeScopes=true \
    Logging__Console__FormatterOptions__ColorBehavior=Disabled
USER $APP_UID
EXPOSE 8080
ENTRYPOINT ["dotnet", "PhoneAgent.MediaRelay.dll"]
